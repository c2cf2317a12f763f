package lockcore

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"testing"

	"github.com/flynn/noise"
)

func TestAgreementIsNoisesOwn(t *testing.T) {
	static, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a, b := newAgreement(static), newAgreement(nil)
	ephemeral, err := b.GenerateKeypair(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by      *agreement
		private []byte
		public  []byte
	}{
		"static":            {a, static.Bytes(), ephemeral.Public},
		"ephemeral":         {b, ephemeral.Private, static.PublicKey().Bytes()},
		"somebody else's":   {a, ephemeral.Private, static.PublicKey().Bytes()},
		"not canonical":     {a, static.Bytes(), bytes.Repeat([]byte{0xff}, 32)},
		"gives nothing":     {a, static.Bytes(), make([]byte, 32)},
		"of small order":    {a, static.Bytes(), append([]byte{1}, make([]byte, 31)...)},
		"of another length": {a, static.Bytes(), make([]byte, 31)},
	} {
		got, gotErr := c.by.DH(c.private, c.public)
		want, wantErr := noise.DH25519.DH(c.private, c.public)
		if !bytes.Equal(got, want) || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("%s: got %x, %v; want %x, %v", name, got, gotErr, want, wantErr)
		}
	}
}
