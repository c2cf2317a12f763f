package api

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// NewAddress corrects the address of a client's dwelling. Who moves to another door is an order.
type NewAddress struct {
	Street     string `json:"street" maxLength:"100"`
	Apartment  string `json:"apartment,omitempty" maxLength:"10"`
	PostalCode string `json:"postal_code" maxLength:"6" example:"432 77"`
	Town       string `json:"town" maxLength:"60"`
	Reason     string `json:"reason" maxLength:"500"`
}

// AddressChange is what an address was before it was corrected.
type AddressChange struct {
	ID         string    `json:"id" sv:"Id" en:"Id"`
	At         time.Time `json:"at" sv:"Rättad" en:"Corrected"`
	Reason     string    `json:"reason" sv:"Skäl" en:"Reason"`
	Street     string    `json:"street" sv:"Gata" en:"Street"`
	Apartment  string    `json:"apartment,omitempty" sv:"Lägenhet" en:"Apartment"`
	PostalCode string    `json:"postal_code" sv:"Postnummer" en:"Postal code"`
	Town       string    `json:"town" sv:"Ort" en:"Town"`
}

// CorrectAddress corrects a client's address, once however often it is sent with the same key.
func (c *Client) CorrectAddress(ctx context.Context, key, clientID string, in NewAddress) (AddressChange, error) {
	var out AddressChange
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/clients/"+url.PathEscape(clientID)+"/addresses", key, "", in, &out)
	return out, err
}
