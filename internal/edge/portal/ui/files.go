package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed assets style
var sources embed.FS

// styles are the parts of the style sheet, in order. What is dark stands once and is used twice: for who has asked the device
// for it, and for who has asked us.
var styles = []struct{ before, part, after string }{
	{"", "tokens", ""},
	{"@media (prefers-color-scheme: dark) {\n:root:not([data-theme=\"light\"]) {\n", "dark", "}\n}\n"},
	{":root[data-theme=\"dark\"] {\n", "dark", "}\n"},
	{"", "contrast", ""}, {"", "base", ""}, {"", "frame", ""}, {"", "surfaces", ""}, {"", "forms", ""}, {"", "parts", ""},
	{"", "pictures", ""}, {"", "narrow", ""}, {"", "print", ""},
}

// Files are the style sheet, the icon and the scripts. Each is served under an address with its version, for ever.
type Files struct{ files map[string]file }

type file struct {
	content []byte
	version string
}

// NewFiles reads the embedded files. Some are made of others.
func NewFiles() *Files {
	f := &Files{files: map[string]file{}}
	var style bytes.Buffer
	for _, s := range styles {
		style.WriteString(s.before)
		style.Write(read("style/" + s.part + ".css"))
		style.WriteString(s.after)
	}
	f.add("portal.css", style.Bytes())
	found, err := fs.Glob(sources, "assets/*")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, name := range found {
		f.add(path.Base(name), read(name))
	}
	return f
}

func read(name string) []byte {
	content, err := sources.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return content
}

func (f *Files) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	f.files[name] = file{content, hex.EncodeToString(sum[:6])}
}

// Addresses are where the files of pages are.
func (f *Files) Addresses() Assets {
	return Assets{Style: f.address("portal.css"), Icon: f.address("icon.svg"), Script: f.address("portal.js"), Scan: f.address("scan.js")}
}

// address is where a file is: "/assets/portal.css?v=1f2e…".
func (f *Files) address(name string) string { return "/assets/" + name + "?v=" + f.files[name].version }

// ServeHTTP serves a file, and no listing of the folder.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	found, ok := f.files[name]
	if !ok || r.URL.Path != "/assets/"+name {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+found.version+`"`)
	w.Header().Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == found.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(found.content))
}
