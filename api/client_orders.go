package api

import (
	"context"
	"net/http"
	"net/url"
)

// WithdrawOrder takes an order back that has not taken effect. seen is the ETag of what was read, or * for whatever it is.
func (c *Client) WithdrawOrder(ctx context.Context, id string, seen ETag, in OrderAnswer) (PlacedOrder, error) {
	return c.takeBack(ctx, id, "withdraw", seen, in)
}

// ReturnOrder gives an order back to its orderer: for the lock manager.
func (c *Client) ReturnOrder(ctx context.Context, id string, seen ETag, in OrderAnswer) (PlacedOrder, error) {
	return c.takeBack(ctx, id, "return", seen, in)
}

func (c *Client) takeBack(ctx context.Context, id, how string, seen ETag, in OrderAnswer) (out PlacedOrder, err error) {
	_, _, err = c.send(ctx, http.MethodPost, "/api/v1/orders/"+url.PathEscape(id)+"/"+how, "", seen, in, &out)
	return out, err
}

// RecordLockException says that there shall be no lock at a client's. It is made once for each key.
func (c *Client) RecordLockException(ctx context.Context, key string, in NewLockException) (out LockException, err error) {
	_, _, err = c.send(ctx, http.MethodPost, "/api/v1/lock-exceptions", key, "", in, &out)
	return out, err
}

// LiftLockException says that an exception holds no longer.
func (c *Client) LiftLockException(ctx context.Context, key string, in LiftedException) error {
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/lock-exceptions/lift", key, "", in, nil)
	return err
}

// Renumber gives a client another identity number.
func (c *Client) Renumber(ctx context.Context, key string, in Renumbering) error {
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/clients/renumber", key, "", in, nil)
	return err
}
