package bench

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/program/server"
)

// pageFamilies measure the pages of a large municipality.
func pageFamilies() (all []family) {
	for _, engine := range engines() {
		all = append(all, pageFamily(engine, 15_000))
	}
	return all
}

// pageFamily measures every page of the portal as a browser gets it: a server of its own, a login, a connection that is kept.
// What pages there are, the portal's routes say; where a route's address holds an id, pages that were read before have links to
// it. The limits are the style sheet from the same server, and the bytes of the login page.
func pageFamily(engine string, clients int) family {
	var names []string
	for _, r := range gets() {
		names = append(names, pageName("page", r, engine, clients), pageName("page-bytes", r, engine, clients))
	}
	return family{names: names, about: fmt.Sprintf("99th percentile of every page's time, and its compressed bytes, at %d clients", clients),
		run: func(ctx context.Context, s *session) error { return s.pages(ctx, engine, clients) }}
}

func pageName(what string, r page.Route, engine string, clients int) string {
	return fmt.Sprintf("%s/%s/%s/%d", what, r.Name, engine, clients)
}

// gets are the portal's pages that can be asked for by an address.
func gets() []page.Route {
	return slices.DeleteFunc(slices.Clone(portal.New(portal.Config{}).Routes()), func(r page.Route) bool { return r.Method != http.MethodGet })
}

// pages measures in one municipality with work in progress.
func (s *session) pages(ctx context.Context, engine string, size int) error {
	m, target, err := s.populated(ctx, engine, s.size(size, 60))
	if err != nil {
		return err
	}
	load, err := prepareOrders(ctx, m, s.size(2000, 4), 5+size/nominalLists)
	if err != nil {
		return err
	}
	if _, _, err := load.place(ctx, m.Casework); err != nil {
		return err
	}
	return s.browse(ctx, engine, target, size)
}

// browse starts a server on a municipality and measures what people can see of it.
func (s *session) browse(ctx context.Context, engine, target string, size int) (err error) {
	srv, err := server.New(ctx, server.Config{DB: target, Listen: "127.0.0.1:0", DemoLogin: true})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(running) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	b := newBrowsing(ctx, "http://"+srv.Addr())
	if err := b.login(); err != nil {
		return err
	}
	if err := b.walk(); err != nil {
		return err
	}
	return s.visit(b, engine, size)
}

// visit times what the walk has found.
func (s *session) visit(b *browsing, engine string, size int) error {
	limit, err := timed(s.size(200, 3), func(int) error { _, err := b.fetch(b.people[0], b.style); return err })
	if err != nil {
		return err
	}
	for _, r := range gets() {
		found := b.found[r.Name]
		if len(found) == 0 {
			s.note("  %s: nobody may see it, or no page has a link to it", r.Name)
			continue
		}
		bytes := 0
		took, err := timed(s.size(200, 3), func(i int) error {
			at := found[i%len(found)]
			answer, err := b.fetch(at.who, at.address)
			bytes = max(bytes, answer.sent)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		s.note("  %s: %d addresses, p50 %.2f p99 %.2f max %.2f ms, at most %d bytes", r.Name, len(found),
			quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1), bytes)
		if err := s.emit(pageName("page", r, engine, size), quantile(took, 0.99), "ms", quantile(limit, 0.99)); err != nil {
			return err
		}
		if err := s.emit(pageName("page-bytes", r, engine, size), float64(bytes), "B", float64(b.frame)); err != nil {
			return err
		}
	}
	return nil
}

// browsing is the made-up persons of the demo login, each with a browser, and the pages that they have found.
type browsing struct {
	ctx    context.Context
	base   string
	people []*http.Client
	style  string             // address of the style sheet
	frame  int                // bytes of the login page, which is little more than what surrounds every page
	routes *http.ServeMux     // which route an address belongs to
	names  map[string]string  // of routes, by their pattern
	found  map[string][]place // addresses of each route, by its name
}

// place is an address and somebody who may see it.
type place struct {
	who     *http.Client
	address string
}

const mostAddresses = 40 // of one route: different clients, filters and places in lists

func newBrowsing(ctx context.Context, base string) *browsing {
	b := &browsing{ctx: ctx, base: base, routes: http.NewServeMux(), names: map[string]string{}, found: map[string][]place{}}
	for _, r := range gets() {
		b.routes.HandleFunc("GET "+r.Path, http.NotFound)
		b.names["GET "+r.Path] = r.Name
	}
	return b
}

var (
	anAccount = regexp.MustCompile(`name="account"[^>]* value="([^"]+)"`)
	aStyle    = regexp.MustCompile(`href="(/assets/[^"]+\.css[^"]*)"`)
	aLink     = regexp.MustCompile(`href="(/[^"#]*)"`)
)

// login lets each person of the demo log in.
func (b *browsing) login() error {
	form, err := b.fetch(http.DefaultClient, "/login")
	if err != nil {
		return err
	}
	style := aStyle.FindStringSubmatch(form.text)
	if style == nil {
		return errors.New("the login page has no style sheet")
	}
	b.style, b.frame = html.UnescapeString(style[1]), form.sent
	for _, account := range anAccount.FindAllStringSubmatch(form.text, -1) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		who := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		request, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.base+"/login",
			strings.NewReader(url.Values{"account": {html.UnescapeString(account[1])}}.Encode()))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := b.read(who, request, http.StatusSeeOther); err != nil {
			return err
		}
		b.people = append(b.people, who)
	}
	if len(b.people) == 0 {
		return errors.New("the login page has nobody to log in as")
	}
	return nil
}

// walk reads the pages that need no id, as everybody who may, and then what they have links to, until nothing is new.
func (b *browsing) walk() error {
	seen := map[string]bool{}
	var next []place
	for _, r := range gets() {
		if at := strings.TrimSuffix(r.Path, "{$}"); !strings.Contains(at, "{") {
			for _, who := range b.people {
				next = append(next, place{who, at})
			}
		}
	}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		name := b.routeOf(at.address)
		if seen[at.address] || name == "" || len(b.found[name]) >= mostAddresses {
			continue
		}
		answer, err := b.fetch(at.who, at.address)
		if err != nil {
			continue // another person may
		}
		seen[at.address] = true
		b.found[name] = append(b.found[name], at)
		for _, link := range aLink.FindAllStringSubmatch(answer.text, -1) {
			if to := html.UnescapeString(link[1]); !seen[to] && !strings.Contains(to, "lang=") {
				next = append(next, place{at.who, to})
			}
		}
	}
	return nil
}

func (b *browsing) routeOf(address string) string {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return ""
	}
	_, pattern := b.routes.Handler(request)
	return b.names[pattern]
}

// answer is a page and how many bytes of it were sent.
type answer struct {
	text string
	sent int
}

func (b *browsing) fetch(who *http.Client, address string) (answer, error) {
	request, err := http.NewRequestWithContext(b.ctx, http.MethodGet, b.base+address, nil)
	if err != nil {
		return answer{}, err
	}
	return b.read(who, request, http.StatusOK)
}

// read sends a request and reads the answer, which is to be of one status: a page that leads on to another is no page.
func (b *browsing) read(who *http.Client, request *http.Request, want int) (answer, error) {
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := who.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	count := &counted{from: response.Body}
	var body io.Reader = count
	if response.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(count); err != nil {
			return answer{}, err
		}
	}
	text, err := io.ReadAll(body)
	if err == nil && response.StatusCode != want {
		err = fmt.Errorf("%s answers %s", request.URL.Path, response.Status)
	}
	return answer{string(text), count.n}, err
}

// counted counts what is read through it.
type counted struct {
	from io.Reader
	n    int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += n
	return n, err
}
