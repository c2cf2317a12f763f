package config

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/edge/delivery"
)

// Post is how people are reached outside the portal. A part that is not there is a way that is not used.
type Post struct {
	Mail *Mail `toml:"mail"`
	SMS  *SMS  `toml:"sms"`
}

// Mail is the server that sends mail.
type Mail struct {
	From         string `toml:"from"`
	Host         string `toml:"host"`
	Port         int    `toml:"port"`          // 0: 587, or 465 for direct TLS
	Direct       bool   `toml:"direct_tls"`    // TLS from the first byte instead of STARTTLS
	User         string `toml:"user"`          // "": the server knows us by our address
	PasswordFile string `toml:"password_file"` // beside this file unless absolute
	CAFile       string `toml:"ca_file"`       // PEM; "": the system's
	Folder       string `toml:"folder"`        // instead of a server, for trials: where letters are laid
}

// SMS is the gateway that sends text messages.
type SMS struct {
	URL        string            `toml:"url"`
	JSON       bool              `toml:"json"` // else a form
	ToField    string            `toml:"to_field"`
	TextField  string            `toml:"text_field"`
	Fixed      map[string]string `toml:"fixed"` // fields that are always the same, such as the sender
	AuthHeader string            `toml:"auth_header"`
	SecretFile string            `toml:"secret_file"`  // the header's value
	Taken      string            `toml:"taken_answer"` // what an answer holds when the message was taken; "": any 2xx does
	Folder     string            `toml:"folder"`       // instead of a gateway, for trials
}

// ErrPost says that the file cannot be used.
var ErrPost = problem.New(problem.Invalid, "post-file", "Filen %s går inte att använda: %s.", "The file %s cannot be used: %s.")

// ReadPost reads the file.
func ReadPost(path string) (map[notify.Channel]delivery.Carrier, error) {
	text, err := readBounded(path)
	var p Post
	if err == nil {
		p, err = parsePost(text)
	}
	var out map[notify.Channel]delivery.Carrier
	if err == nil {
		out, err = p.carriers(folder(filepath.Dir(path)))
	}
	if err != nil {
		return nil, ErrPost.Fill(path, err.Error()).With(err)
	}
	return out, nil
}

func parsePost(text []byte) (p Post, err error) {
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&p)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		err = errors.New("unknown key " + strings.Join(strict.Errors[0].Key(), "."))
	}
	if err == nil && p.Mail == nil && p.SMS == nil {
		err = errors.New("neither [mail] nor [sms] is there")
	}
	if err == nil && p.Mail != nil {
		err = p.Mail.check()
	}
	if err == nil && p.SMS != nil {
		err = p.SMS.check()
	}
	return p, err
}

func (p Post) carriers(beside folder) (out map[notify.Channel]delivery.Carrier, err error) {
	out = map[notify.Channel]delivery.Carrier{}
	if p.Mail != nil {
		out[notify.ByMail], err = p.Mail.carrier(beside)
	}
	if err == nil && p.SMS != nil {
		out[notify.BySMS], err = p.SMS.carrier(beside)
	}
	return out, err
}

// folder is where the file lies, beside which the files that it names are looked for.
type folder string

func (f folder) file(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(string(f), name)
}

// laid is a folder that letters are laid in.
func (f folder) laid(name, from string) (delivery.Carrier, error) {
	info, err := os.Stat(f.file(name))
	if err == nil && !info.IsDir() {
		err = errors.New(name + " is not a folder")
	}
	return &delivery.Folder{Path: f.file(name), From: from}, err
}

// check is what can be said of a mail server by what is written.
func (c *Mail) check() error {
	switch at := strings.LastIndexByte(c.From, '@'); {
	case at < 1 || at == len(c.From)-1 || len(c.From) > 254 || strings.ContainsFunc(c.From, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>,;:\"()[]\\", r) }):
		return errors.New("mail.from is an address such as nyckel@kommun.example")
	case (c.Host == "") == (c.Folder == ""):
		return errors.New("mail.host names the mail server; mail.folder stands instead of it, for trials")
	case c.Port < 0 || c.Port > 65535:
		return errors.New("mail.port is 1 to 65535")
	case (c.User == "") != (c.PasswordFile == ""):
		return errors.New("mail.user and mail.password_file belong together")
	}
	return nil
}

func (c *Mail) carrier(beside folder) (delivery.Carrier, error) {
	if c.Folder != "" {
		return beside.laid(c.Folder, c.From)
	}
	m := &delivery.Mail{Host: c.Host, Port: c.Port, Direct: c.Direct, User: c.User, From: c.From}
	switch {
	case m.Port == 0 && m.Direct:
		m.Port = 465
	case m.Port == 0:
		m.Port = 587
	}
	if c.CAFile != "" {
		pem, err := readBounded(beside.file(c.CAFile))
		if err != nil {
			return nil, err
		}
		m.Roots = x509.NewCertPool()
		if !m.Roots.AppendCertsFromPEM(pem) {
			return nil, errors.New("mail.ca_file holds no certificate in PEM")
		}
	}
	var err error
	if c.PasswordFile != "" {
		m.Password, err = secret(beside.file(c.PasswordFile))
	}
	return m, err
}

// check is what can be said of a gateway by what is written.
func (c *SMS) check() error {
	at, err := url.Parse(c.URL)
	local := err == nil && (at.Hostname() == "127.0.0.1" || at.Hostname() == "localhost")
	switch {
	case (c.URL == "") == (c.Folder == ""):
		return errors.New("sms.url names the gateway; sms.folder stands instead of it, for trials")
	case c.Folder != "":
		return nil
	case err != nil || at.Host == "" || at.User != nil || at.Scheme != "https" && !(at.Scheme == "http" && local):
		return errors.New("sms.url begins with https://")
	case c.ToField == "" || c.TextField == "" || c.ToField == c.TextField:
		return errors.New("sms.to_field and sms.text_field name two fields")
	case (c.AuthHeader == "") != (c.SecretFile == ""):
		return errors.New("sms.auth_header and sms.secret_file belong together")
	case strings.ContainsFunc(c.AuthHeader, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
		return errors.New("sms.auth_header is the name of a header, such as Authorization")
	}
	return nil
}

func (c *SMS) carrier(beside folder) (delivery.Carrier, error) {
	if c.Folder != "" {
		return beside.laid(c.Folder, "")
	}
	s := &delivery.SMS{URL: c.URL, JSON: c.JSON, ToField: c.ToField, TextField: c.TextField, Fixed: c.Fixed, AuthHeader: c.AuthHeader, Taken: c.Taken}
	var err error
	if c.SecretFile != "" {
		s.Secret, err = secret(beside.file(c.SecretFile))
	}
	return s, err
}

// secret is what a file holds on its only line. A file that others may read is not secret.
func secret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 || info.Size() > 4096 {
		return "", errors.New(filepath.Base(path) + " must be short and readable by its owner alone (chmod 600)")
	}
	text, err := readBounded(path)
	out := strings.TrimRight(string(text), "\r\n")
	if err == nil && (out == "" || strings.ContainsAny(out, "\r\n")) {
		err = errors.New(filepath.Base(path) + " must hold one line")
	}
	return out, err
}
