package web

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// Compress lets h's answers travel compressed to those who can read that. Each answer's length is varied by a few random bytes,
// so that what a stranger makes a browser ask for does not measure what stands beside it on the page (the BREACH attack).
func Compress(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1000), gzhttp.CompressionLevel(5), gzhttp.RandomJitter(64, 0, false), gzhttp.SuffixETag("-gzip"))
	if err != nil {
		panic(err) // the options are ours
	}
	return wrap(h)
}
