package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/edge/delivery"
)

const goodPost = `[mail]
from = "nyckel@kommun.example"
host = "mail.kommun.example"
user = "nyckel"
password_file = "mail.secret"

[sms]
url = "https://sms.example/send"
to_field = "to"
text_field = "message"
fixed = { from = "Kommunen" }
auth_header = "Authorization"
secret_file = "sms.secret"
`

func TestReadPost(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("mail.secret", "hemligt\n", 0o600)
	write("sms.secret", "Bearer hemligt", 0o600)
	write("open.secret", "hemligt", 0o644)
	write("empty.secret", "\n", 0o600)
	write("two.secret", "a\nb\n", 0o600)
	for name, c := range map[string]struct{ text, says string }{
		"good":              {goodPost, ""},
		"folders":           {"[mail]\nfrom = \"a@b.example\"\nfolder = \".\"\n[sms]\nfolder = \".\"", ""},
		"direct TLS":        {"[mail]\nfrom = \"a@b.example\"\nhost = \"m\"\ndirect_tls = true", ""},
		"nothing":           {"", "neither"},
		"unknown key":       {goodPost + `password = "x"`, "unknown key sms.password"},
		"no host":           {`[mail]` + "\n" + `from = "a@b.example"`, "mail.host"},
		"host and folder":   {strings.Replace(goodPost, "host =", "folder = \".\"\nhost =", 1), "mail.folder"},
		"no such folder":    {"[mail]\nfrom = \"a@b.example\"\nfolder = \"none\"", "none"},
		"folder is a file":  {"[sms]\nfolder = \"sms.secret\"", "not a folder"},
		"from is a name":    {strings.Replace(goodPost, "nyckel@kommun", "Nyckel <a@b>", 1), "mail.from"},
		"from of two lines": {strings.Replace(goodPost, `"nyckel@kommun.example"`, `"a@b.example\r\nBcc: x@y.example"`, 1), "mail.from"},
		"port":              {strings.Replace(goodPost, "user =", "port = 70000\nuser =", 1), "mail.port"},
		"no password":       {strings.Replace(goodPost, `password_file = "mail.secret"`, "", 1), "belong together"},
		"no password file":  {strings.Replace(goodPost, "mail.secret", "none", 1), "none"},
		"open password":     {strings.Replace(goodPost, "mail.secret", "open.secret", 1), "chmod 600"},
		"empty password":    {strings.Replace(goodPost, "mail.secret", "empty.secret", 1), "one line"},
		"two lines":         {strings.Replace(goodPost, "mail.secret", "two.secret", 1), "one line"},
		"no certificate":    {strings.Replace(goodPost, "user =", "ca_file = \"sms.secret\"\nuser =", 1), "mail.ca_file"},
		"plain gateway":     {strings.Replace(goodPost, "https", "http", 1), "sms.url"},
		"gateway with user": {strings.Replace(goodPost, "https://", "https://a:b@", 1), "sms.url"},
		"same field":        {strings.Replace(goodPost, `"message"`, `"to"`, 1), "two fields"},
		"no secret":         {strings.Replace(goodPost, `secret_file = "sms.secret"`, "", 1), "belong together"},
		"header":            {strings.Replace(goodPost, `"Authorization"`, `"X: y"`, 1), "sms.auth_header"},
		"not TOML":          {"<xml>", "cannot be used"},
		"huge":              {strings.Repeat("#", maxFile+1), "too large"},
	} {
		write("post.toml", c.text, 0o600)
		carriers, err := ReadPost(filepath.Join(folder, "post.toml"))
		switch {
		case c.says == "" && (err != nil || carriers[notify.ByMail] == nil):
			t.Errorf("%s: got %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		case name == "good":
			if m := carriers[notify.ByMail].(*delivery.Mail); m.Port != 587 || m.Password != "hemligt" || m.Direct {
				t.Errorf("got %+v", m)
			}
			if s := carriers[notify.BySMS].(*delivery.SMS); s.Secret != "Bearer hemligt" {
				t.Errorf("got %+v", s)
			}
		case name == "direct TLS":
			if m := carriers[notify.ByMail].(*delivery.Mail); m.Port != 465 || !m.Direct {
				t.Errorf("got %+v", m)
			}
		}
	}
}

func FuzzPost(f *testing.F) {
	f.Add([]byte(goodPost))
	f.Add([]byte("[mail]\nfrom = \"a@b\"\nfolder = \".\""))
	f.Add([]byte("[sms]\nurl = \"http://127.0.0.1:1\"\nto_field = \"a\"\ntext_field = \"b\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parsePost(text)
		if err != nil {
			return
		}
		if p.Mail != nil && (strings.ContainsAny(p.Mail.From, "\r\n <>") || strings.Count(p.Mail.From, "@") == 0) {
			t.Errorf("the sender %q is accepted", p.Mail.From)
		}
		if p.SMS != nil && p.SMS.Folder == "" && !strings.HasPrefix(strings.ToLower(p.SMS.URL), "http") {
			t.Errorf("the gateway %q is accepted", p.SMS.URL)
		}
	})
}
