package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/wneessen/go-mail"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
)

// Mail carries letters by SMTP (RFC 5321, submission RFC 6409), under TLS or not at all.
type Mail struct {
	Host     string
	Port     int
	Direct   bool // TLS from the first byte (RFC 8314); else STARTTLS, without which nothing is sent
	User     string
	Password string
	From     string
	Roots    *x509.CertPool // nil: the system's
}

// maxTalk is how many bytes a mail server may say in one attempt.
const maxTalk = 256 << 10

// Send makes one attempt. What the server has taken has arrived, whatever it says as we part.
func (m *Mail) Send(ctx context.Context, l notify.Letter, origin string) notify.Result {
	out, fault := message(l, m.From, origin)
	if fault.Failure != "" {
		return fault
	}
	line := &line{ctx: ctx, direct: m.Direct, tls: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.Host, RootCAs: m.Roots}}
	defer line.close()
	client, err := m.client(line)
	if err != nil {
		return notify.Result{Failure: "the mail server's settings cannot be used"}
	}
	err = client.DialAndSendWithContext(ctx, out)
	switch {
	case err == nil || out.IsDelivered():
		return notify.Result{Arrived: true}
	case ctx.Err() != nil:
		return notify.Result{Failure: "no answer in time"}
	}
	return refusal(err)
}

func (m *Mail) client(line *line) (*mail.Client, error) {
	policy := mail.TLSMandatory
	if m.Direct {
		policy = mail.TLSOpportunistic // what line.dial returns is TLS already
	}
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(attemptTime), mail.WithTLSPolicy(policy), mail.WithTLSConfig(line.tls), mail.WithDialContextFunc(line.dial)}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	return mail.NewClient(m.Host, options...)
}

// line is the connection of one attempt. It ends with the attempt: the library would wait for a silent server for ever.
type line struct {
	ctx    context.Context
	direct bool
	tls    *tls.Config
	conn   net.Conn
	left   int // bytes that may still be said
	stop   func() bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.conn, l.left = conn, maxTalk
	l.stop = context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	heard := &heard{conn, l}
	if !l.direct {
		return heard, nil
	}
	under := tls.Client(heard, l.tls)
	return under, under.HandshakeContext(ctx)
}

func (l *line) close() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}

// heard is a connection on which the other end may say only so much.
type heard struct {
	net.Conn
	line *line
}

var errTalk = errors.New("delivery: the mail server says too much")

func (h *heard) Read(p []byte) (int, error) {
	if h.line.left == 0 {
		return 0, errTalk
	}
	n, err := h.Conn.Read(p[:min(len(p), h.line.left)])
	h.line.left -= n
	return n, err
}

// refusal says how an attempt failed, without the address, which errors quote. Only that the receiver's address is refused for good is
// the receiver's fault: a server that does not trust us (RFC 3463, X.7.X) refuses everybody, and nobody is left alone for that.
func refusal(err error) notify.Result {
	sent, ok := errors.AsType[*mail.SendError](err)
	switch {
	case ok && sent.Reason == mail.ErrSMTPRcptTo && slices.Contains([]int{550, 551, 553}, sent.ErrorCode()) && !strings.HasPrefix(sent.EnhancedStatusCode(), "5.7."):
		return notify.Result{Gone: true, Failure: "the receiver's mail server does not know the address"}
	case ok:
		return notify.Result{Failure: fmt.Sprintf("the mail server answered %d", sent.ErrorCode())}
	case strings.Contains(err.Error(), "SMTP AUTH"):
		return notify.Result{Failure: "the mail server did not accept user and password"}
	case strings.Contains(err.Error(), "STARTTLS"):
		return notify.Result{Failure: "the mail server offers no TLS"}
	}
	return notify.Result{Failure: inWords(err)}
}

// What letters say. They name nobody, and give no more than a number and a link: others may read them.
var (
	tSubjectOne  = problem.Text{SV: "Hemnyckel: %s", EN: "Hemnyckel: %s"}
	tSubjectMany = problem.Text{SV: "Hemnyckel: %d aviseringar", EN: "Hemnyckel: %d notices"}
	tLetterEnd   = problem.Text{SV: "Logga in för att se mer. Välj vad du får och hur: %s", EN: "Log in to see more. Choose what you get and how: %s"}
)

// choicesPath is where people choose what they get.
const choicesPath = "/aviseringar/val"

// message is a letter as a mail, or why there can be none.
func message(l notify.Letter, from, origin string) (*mail.Msg, notify.Result) {
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if out.From(from) != nil {
		return nil, notify.Result{Failure: "the sender's address cannot be used"}
	}
	if out.To(l.To) != nil {
		return nil, notify.Result{Gone: true, Failure: "the address cannot be used"}
	}
	out.Subject(subject(l))
	out.SetMessageIDWithValue(l.ID + "@" + from[strings.LastIndexByte(from, '@')+1:])
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers from those who are away
	out.SetGenHeader("List-Unsubscribe", "<"+origin+choicesPath+">")
	var b strings.Builder
	for _, t := range l.About {
		fmt.Fprintf(&b, "%s\n%s%s\n\n", about(t, l.Lang), origin, t.Path)
	}
	fmt.Fprintf(&b, tLetterEnd.In(l.Lang)+"\n", origin+choicesPath)
	out.SetBodyString(mail.TypeTextPlain, b.String())
	return out, notify.Result{}
}

func subject(l notify.Letter) string {
	if len(l.About) == 1 {
		return fmt.Sprintf(tSubjectOne.In(l.Lang), about(l.About[0], l.Lang))
	}
	return fmt.Sprintf(tSubjectMany.In(l.Lang), len(l.About))
}

// about is what one thing is, with its number.
func about(t notify.Told, lang string) string {
	return strings.TrimSpace(t.Kind.Text().In(lang) + " " + t.Number)
}
