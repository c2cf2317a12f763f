// Package ui is how the portal looks and speaks: the frame of every page, the components that pages are put together from,
// their icons, style sheet and scripts, and the formatting of times and numbers.
//
// It owns [View], which says for whom a page is made, and the texts that several parts of the portal use. It knows neither
// requests nor the domain's services: a component gets plain values and a View. What the domain's codes are called is its
// neighbour internal/edge/portal/words.
//
// Promises: everything works without scripts and styles; a state is always text, icon and colour; a component that takes a
// fault shows it in the same words beside the field and in the summary; nothing here puts personal data into an address.
package ui
