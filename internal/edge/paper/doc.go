// Package paper makes what is printed or handed over as a file: letters, forms and signs as PDF, QR codes, tables as CSV and
// XLSX, calendars as iCalendar.
//
// It owns how such a file looks and that it is safe to open. It owns no words of a routine: titles, paragraphs and rows come
// from the caller. It knows neither requests nor databases; front doors and programs are its users.
//
// Promises: the same input gives the same bytes, because time comes in as a value; Swedish letters come out right; a cell that
// a person has written is never run as a formula by a spreadsheet; every document says its title and language to a screen
// reader; nothing is fetched from elsewhere.
package paper
