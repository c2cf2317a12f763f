package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed assets
var assets embed.FS

// Files are the style sheet, the icon and the scripts. Each is served under an address with its version, for ever.
type Files struct {
	handler  http.Handler
	versions map[string]string // of each file, by name
}

// NewFiles reads the embedded files.
func NewFiles() *Files {
	f := &Files{handler: http.FileServerFS(assets), versions: map[string]string{}}
	err := fs.WalkDir(assets, "assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := assets.ReadFile(path)
		sum := sha256.Sum256(content)
		f.versions[strings.TrimPrefix(path, "assets/")] = hex.EncodeToString(sum[:6])
		return err
	})
	if err != nil {
		panic(err) // they are embedded
	}
	return f
}

// Addresses are where the files of every page are.
func (f *Files) Addresses() Assets {
	return Assets{Style: f.Address("portal.css"), Icon: f.Address("icon.svg")}
}

// Address is where a file is: "/assets/portal.css?v=1f2e…".
func (f *Files) Address(name string) string { return "/assets/" + name + "?v=" + f.versions[name] }

// ServeHTTP serves a file, and no listing of the folder.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version := f.versions[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if version == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+version+`"`)
	w.Header().Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	f.handler.ServeHTTP(w, r)
}
