package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// AddOwner adds a property owner.
func (c *Client) AddOwner(ctx context.Context, key string, in Owner) (StoredOwner, error) {
	var out StoredOwner
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/owners", key, "", in, &out)
	return out, err
}

// Owners lists property owners by name.
func (c *Client) Owners(ctx context.Context, name string) iter.Seq2[StoredOwner, error] {
	return pages[StoredOwner](ctx, c, "/api/v1/owners", "name", name)
}

// Owner reads a property owner.
func (c *Client) Owner(ctx context.Context, id string) (StoredOwner, ETag, error) {
	var out StoredOwner
	tag, err := c.get(ctx, "/api/v1/owners/"+url.PathEscape(id), &out)
	return out, tag, err
}

// ChangeOwner changes a property owner.
func (c *Client) ChangeOwner(ctx context.Context, id string, seen ETag, in Owner) (StoredOwner, error) {
	var out StoredOwner
	_, _, err := c.send(ctx, http.MethodPut, "/api/v1/owners/"+url.PathEscape(id), "", seen, in, &out)
	return out, err
}

// AddProperty adds a property with its addresses and owners.
func (c *Client) AddProperty(ctx context.Context, key string, in Property) (StoredProperty, error) {
	var out StoredProperty
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/properties", key, "", in, &out)
	return out, err
}

// HouseFilter narrows [Client.Houses]; the zero value takes all.
type HouseFilter struct {
	Street, Town string
	OwnerID      string
}

// Houses lists houses with the properties that they belong to, by address.
func (c *Client) Houses(ctx context.Context, f HouseFilter) iter.Seq2[House, error] {
	return pages[House](ctx, c, "/api/v1/properties", "street", f.Street, "town", f.Town, "owner", f.OwnerID)
}

// Property reads a property.
func (c *Client) Property(ctx context.Context, id string) (StoredProperty, ETag, error) {
	var out StoredProperty
	tag, err := c.get(ctx, "/api/v1/properties/"+url.PathEscape(id), &out)
	return out, tag, err
}

// ChangeProperty changes a property's addresses or owners.
func (c *Client) ChangeProperty(ctx context.Context, id string, seen ETag, in Property) (StoredProperty, error) {
	var out StoredProperty
	_, _, err := c.send(ctx, http.MethodPut, "/api/v1/properties/"+url.PathEscape(id), "", seen, in, &out)
	return out, err
}

// Standing says whether locks may be mounted in a property.
func (c *Client) Standing(ctx context.Context, propertyID string) (Standing, error) {
	var out Standing
	_, err := c.get(ctx, "/api/v1/properties/"+url.PathEscape(propertyID)+"/standing", &out)
	return out, err
}

// RecordConsent records an answer that came without a letter.
func (c *Client) RecordConsent(ctx context.Context, key string, in NewConsent) (Consent, error) {
	var out Consent
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consents", key, "", in, &out)
	return out, err
}

// ConsentFilter narrows [Client.Consents]; the zero value takes all.
type ConsentFilter struct {
	Answer                          string
	OwnerID, PropertyID, HandoverID string
	Unfiled                         bool // neither in the diary nor on a list for it
}

// Consents lists consents, those recorded last first.
func (c *Client) Consents(ctx context.Context, f ConsentFilter) iter.Seq2[Consent, error] {
	return pages[Consent](ctx, c, "/api/v1/consents", "answer", f.Answer, "owner", f.OwnerID, "property", f.PropertyID, "handover", f.HandoverID, "unfiled", flag(f.Unfiled))
}

// Consent reads a consent.
func (c *Client) Consent(ctx context.Context, id string) (Consent, ETag, error) {
	var out Consent
	tag, err := c.get(ctx, "/api/v1/consents/"+url.PathEscape(id), &out)
	return out, tag, err
}

// WithdrawConsent records that an owner has changed their mind; the answer is the word by which.
func (c *Client) WithdrawConsent(ctx context.Context, id string, seen ETag, in Withdrawal) (Consent, error) {
	var out Consent
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consents/"+url.PathEscape(id)+"/withdraw", "", seen, in, &out)
	return out, err
}

// FileConsent keeps under which reference an answer is in the diary.
func (c *Client) FileConsent(ctx context.Context, id string, seen ETag, diary string) (Consent, error) {
	var out Consent
	_, _, err := c.send(ctx, http.MethodPut, "/api/v1/consents/"+url.PathEscape(id)+"/diary", "", seen, Diary{diary}, &out)
	return out, err
}

// AskOwners begins to make letters to owners.
func (c *Client) AskOwners(ctx context.Context, key string, in NewLetters) (LetterJob, error) {
	var out LetterJob
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consent-letters", key, "", in, &out)
	return out, err
}

// RemindOwners begins to make reminders of letters that should have been answered.
func (c *Client) RemindOwners(ctx context.Context, key string) (LetterJob, error) {
	var out LetterJob
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consent-letters/remind", key, "", nil, &out)
	return out, err
}

// LetterJob says how far letters have come. When they have finished, letters can be printed from
// /api/v1/consent-letters/{id}/pdf.
func (c *Client) LetterJob(ctx context.Context, id string) (LetterJob, error) {
	var out LetterJob
	_, err := c.get(ctx, "/api/v1/consent-letters/"+url.PathEscape(id), &out)
	return out, err
}

// Letters lists the letters of a job.
func (c *Client) Letters(ctx context.Context, jobID string) iter.Seq2[Letter, error] {
	return pages[Letter](ctx, c, "/api/v1/consent-letters/"+url.PathEscape(jobID)+"/letters")
}

// LetterCase says which letter the code on a reply slip belongs to.
func (c *Client) LetterCase(ctx context.Context, code string) (LetterCase, ETag, error) {
	var out LetterCase
	tag, err := c.get(ctx, "/api/v1/consent-replies/"+url.PathEscape(code), &out)
	return out, tag, err
}

// Reply records what a reply slip says.
func (c *Client) Reply(ctx context.Context, code string, seen ETag, in SlipReply) (Consent, error) {
	var out Consent
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consent-replies/"+url.PathEscape(code), "", seen, in, &out)
	return out, err
}

// HandOverConsents hands new answers over to the registrar.
func (c *Client) HandOverConsents(ctx context.Context, key string) (Handover, error) {
	var out Handover
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/consent-handovers", key, "", nil, &out)
	return out, err
}

// Handovers lists what was handed over to the registrar, the last first.
func (c *Client) Handovers(ctx context.Context) iter.Seq2[Handover, error] {
	return pages[Handover](ctx, c, "/api/v1/consent-handovers")
}

// RecordClientAnswer records what a client with nothing but an alarm answered about a lock.
func (c *Client) RecordClientAnswer(ctx context.Context, key string, in ClientAnswer) (Agreement, error) {
	var out Agreement
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/client-agreements", key, "", in, &out)
	return out, err
}
