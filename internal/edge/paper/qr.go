package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"hemnyckel/internal/base/problem"
)

// ErrQR says that a text does not fit into a QR code that a phone can read from paper.
var ErrQR = problem.New(problem.Invalid, "qr-text",
	"Texten är för lång för en QR-kod (högst 300 tecken).", "The text is too long for a QR code (at most 300 characters).")

const (
	quiet    = 4 // modules of white around the code, as ISO/IEC 18004 demands
	qrPixels = 8 // of a module in a picture
)

// QR makes a picture of a QR code, with its white margin, as PNG. A quarter of it may be smudged.
func QR(text string) ([]byte, error) {
	code, err := modules(text)
	if err != nil {
		return nil, err
	}
	n := code.Bounds().Dx()
	side := (n + 2*quiet) * qrPixels
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range n * qrPixels {
		for x := range n * qrPixels {
			if dark(code, x/qrPixels, y/qrPixels) {
				picture.SetColorIndex(x+quiet*qrPixels, y+quiet*qrPixels, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func modules(text string) (barcode.Barcode, error) {
	if text == "" || len(text) > 300 {
		return nil, ErrQR
	}
	code, err := qr.Encode(text, qr.Q, qr.Auto)
	if err != nil {
		return nil, ErrQR.With(err)
	}
	return code, nil
}

func dark(code barcode.Barcode, x, y int) bool {
	r, _, _, _ := code.At(x, y).RGBA()
	return r == 0
}
