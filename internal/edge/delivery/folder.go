package delivery

import (
	"bytes"
	"context"
	"path/filepath"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/domain/notify"
)

// Folder lays letters in a folder instead of sending them, for trials and demonstrations: mail as .eml, text messages as .txt. A
// letter that comes twice is one file.
type Folder struct {
	Path string
	From string // of mail
}

// Send makes one attempt.
func (f *Folder) Send(_ context.Context, l notify.Letter, origin string) notify.Result {
	name, text := l.ID+".txt", []byte("To: "+l.To+"\n\n"+short(l, origin)+"\n")
	if l.By == notify.ByMail {
		out, fault := message(l, f.From, origin)
		if fault.Failure != "" {
			return fault
		}
		var b bytes.Buffer
		if _, err := out.WriteTo(&b); err != nil {
			return notify.Result{Failure: "the letter cannot be written"}
		}
		name, text = l.ID+".eml", b.Bytes()
	}
	if err := durable.WriteFile(filepath.Join(f.Path, name), text, 0o600); err != nil {
		return notify.Result{Failure: "the folder cannot be written"}
	}
	return notify.Result{Arrived: true}
}
