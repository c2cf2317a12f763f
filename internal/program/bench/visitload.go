package bench

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/edge/web"
)

// visitFamilies measure what a station at seven in the morning waits for, and what is done with the mail afterwards. The limit of a
// visit is a bare one: the same request over the same TLS, the same signatures verified and made, the mail stored as a durable row
// in commits that are shared likewise, an answer of the same size, and nothing else. The limit of taking mail over is
// opening and verifying it.
func visitFamilies() []family {
	var all []family
	for _, engine := range engines() {
		all = append(all, family{names: []string{"visit/" + engine, "visit-p99/" + engine},
			about: "a key's visit over TLS 1.3, 600 locks, 20 records carried, a million stored, 32 connections",
			run:   func(ctx context.Context, s *session) error { return visitLoad(ctx, s, engine) }})
		all = append(all, family{names: []string{"unpack/" + engine, "unpack-rows/" + engine},
			about: "mail taken over after the answer, in batches of 32 records",
			run:   func(ctx context.Context, s *session) error { return unpackLoad(ctx, s, engine) }})
	}
	return all
}

// What a visit is measured with.
const (
	visitConnections = 32
	visitMails       = 64 // different ones; they are opened after the measurement
	visitRounds      = 3  // of both, by turns
)

func visitLoad(ctx context.Context, s *session, engine string) error {
	t, err := s.newTown(ctx, engine, s.size(600, 12), visitConnections)
	if err != nil {
		return err
	}
	defer t.close(s)
	if err := t.load(ctx, s.size(1_000_000, 1000)); err != nil {
		return fmt.Errorf("load records: %w", err)
	}
	mails := make([][]byte, s.size(visitMails, 2))
	for i := range mails {
		if mails[i], err = t.mail(10*i, 10, 2); err != nil {
			return err
		}
	}
	real, err := serveTLS(web.New(web.Options{}, deviceapi.New(t.m.Stations, t.m.Keys, t.m.Sync, t.m.Staff, t.m.Authority)))
	if err != nil {
		return err
	}
	defer real.Close()
	b, err := newBareVisits(ctx, t)
	if err != nil {
		return err
	}
	defer b.close(ctx)
	bare, err := serveTLS(b)
	if err != nil {
		return err
	}
	defer bare.Close()
	var rates, limits []float64
	var busy, bareBusy time.Duration
	var waits, bareWaits []time.Duration
	for round := range visitRounds + 1 {
		n := s.size(4000, 64)
		before := processorTime()
		took, d, err := t.beside(ctx, s, func() (time.Duration, []time.Duration, error) { return t.visits(ctx, real, mails, n) })
		if err != nil {
			return err
		}
		if round == 0 { // warm; and what it answers is how much a bare visit answers
			b.response = make([]byte, t.responded.Load())
		}
		between := processorTime()
		bareTook, bareD, err := t.visits(ctx, bare, mails, n)
		if err != nil {
			return err
		}
		if round > 0 {
			busy, bareBusy = busy+between-before, bareBusy+processorTime()-between
			rates, limits = append(rates, perSecond(n, took)), append(limits, perSecond(n, bareTook))
			waits, bareWaits = append(waits, d...), append(bareWaits, bareD...)
		}
	}
	done := visitRounds * s.size(4000, 64)
	s.note("  visits/s %.0f, bare %.0f; an answer is %d bytes, a mail %d; processor time of this process for each visit %v, bare %v, both with the key's",
		rates, limits, len(b.response), len(mails[0]), busy/time.Duration(done), bareBusy/time.Duration(done))
	slices.Sort(rates)
	slices.Sort(limits)
	if err := s.emit("visit/"+engine, rates[len(rates)/2], "visits/s", limits[len(limits)/2]); err != nil {
		return err
	}
	return s.emit("visit-p99/"+engine, quantile(waits, 0.99), "ms", quantile(bareWaits, 0.99))
}

// beside lets mail be taken over while visits are served, as a server does, and not while the bare ones are.
func (t *town) beside(ctx context.Context, s *session, visits func() (time.Duration, []time.Duration, error)) (time.Duration, []time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		t.m.Sync.Run(ctx, func(err error) { s.note("  %v", err) })
	}()
	took, each, err := visits()
	stop()
	<-stopped
	return took, each, err
}

// processorTime is what this process has used so far, which says more than the clock where others use the machine too.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// secured is a server on this machine with TLS 1.3, and the connections that are kept to it.
type secured struct {
	*http.Server
	url         string
	connections []*http.Client // each holds one
}

func serveTLS(h http.Handler) (*secured, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &secured{Server: web.NewServer(h, slog.New(slog.DiscardHandler)), url: "https://" + listener.Addr().String()}
	for range visitConnections {
		server.connections = append(server.connections, &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}}})
	}
	go server.Serve(tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}))
	return server, nil
}

// visits sends n visits over all connections at once, each with a key of its own, and returns how long all took, and each. What
// keys sign is signed before.
func (t *town) visits(ctx context.Context, server *secured, mails [][]byte, n int) (time.Duration, []time.Duration, error) {
	nonce, err := t.m.Sync.Nonce(ctx, t.station.Device)
	if err != nil {
		return 0, nil, err
	}
	each := max(n/len(t.keys), 1)
	bodies := make([][][]byte, len(t.keys))
	for i, k := range t.keys {
		for j := range each {
			v, err := k.upload(nonce, mails[(i*each+j)%len(mails)])
			if err != nil {
				return 0, nil, err
			}
			body, err := credential.Encode(deviceapi.Visit{Handshake: v.Handshake, Request: v.Request, Mail: v.Mail})
			if err != nil {
				return 0, nil, err
			}
			bodies[i] = append(bodies[i], body)
		}
	}
	waits, errs := make([][]time.Duration, len(t.keys)), make([]error, len(t.keys))
	began := time.Now()
	var group sync.WaitGroup
	for i := range t.keys {
		group.Go(func() { waits[i], errs[i] = t.oneAfterAnother(ctx, server.connections[i], server.url, bodies[i]) })
	}
	group.Wait()
	took := time.Since(began)
	for _, err := range errs {
		if err != nil {
			return 0, nil, err
		}
	}
	return took, slices.Concat(waits...), nil
}

// oneAfterAnother is one connection's visits.
func (t *town) oneAfterAnother(ctx context.Context, client *http.Client, url string, bodies [][]byte) (waits []time.Duration, err error) {
	for _, body := range bodies {
		began := time.Now()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+deviceapi.PathVisit, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", deviceapi.MediaType)
		req.Header.Set("Authorization", "Bearer "+t.secret)
		answer, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the server answered %s: %w", answer.Status, err)
		}
		waits = append(waits, time.Since(began))
		t.responded.Store(n)
	}
	return waits, nil
}

// bareVisits is a server that does no more than every visit must.
type bareVisits struct {
	t        *town
	db       *sql.DB
	insert   *sql.Stmt
	tree     *credential.Tree
	response []byte
	rows     chan bareRow
	done     chan struct{}
}

type bareRow struct {
	mail   []byte
	stored chan error
}

func newBareVisits(ctx context.Context, t *town) (*bareVisits, error) {
	db, err := pool(t.engine, t.target)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	id, blob := "INTEGER PRIMARY KEY", "BLOB"
	if t.engine == onPostgres {
		id, blob = "BIGSERIAL PRIMARY KEY", "BYTEA"
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE bench_visits (id "+id+", mail "+blob+" NOT NULL)"); err != nil {
		return nil, err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO bench_visits (mail) VALUES ($1)")
	if err != nil {
		return nil, err
	}
	leaves := make([]credential.Leaf, len(t.locks))
	for i, l := range t.locks {
		leaves[i] = credential.Leaf{Lock: l.number, Rights: credential.RightOpen, Epoch: 1}
	}
	padded, err := credential.PadLeaves(leaves)
	if err != nil {
		return nil, err
	}
	b := &bareVisits{t: t, db: db, insert: insert, rows: make(chan bareRow, visitConnections), done: make(chan struct{})}
	if b.tree, err = credential.NewTree(padded); err != nil {
		return nil, err
	}
	go b.store()
	return b, nil
}

func (b *bareVisits) close(ctx context.Context) {
	close(b.rows)
	<-b.done
	b.db.ExecContext(ctx, "DROP TABLE bench_visits")
	b.db.Close()
}

// store commits the rows that have come together, as fast as that goes.
func (b *bareVisits) store() {
	defer close(b.done)
	for row := range b.rows {
		together := []bareRow{row}
		for len(b.rows) > 0 {
			together = append(together, <-b.rows)
		}
		err := b.commit(together)
		for _, r := range together {
			r.stored <- err
		}
	}
}

func (b *bareVisits) commit(rows []bareRow) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert := tx.Stmt(b.insert)
	for _, r := range rows {
		if _, err := insert.Exec(r.mail); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (b *bareVisits) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := b.serve(w, r); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (b *bareVisits) serve(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	v, err := credential.Decode[deviceapi.Visit](body, deviceapi.MaxVisit)
	if err != nil {
		return err
	}
	request, err := credential.ParseSyncRequest(v.Request)
	if err != nil {
		return err
	}
	key := b.t.keys[slices.IndexFunc(b.t.keys, func(k *townKey) bool { return k.device == request.Key })]
	if _, err := (credential.Verifier{}).SyncRequest(v.Request, v.Mail, key.public); err != nil {
		return err
	}
	if _, err := b.t.m.Authority.IssueGrant(credential.Grant{Key: key.device, Holder: key.public, Generation: 1, Shift: 720, Group: 1}, b.tree, time.Now()); err != nil {
		return err
	}
	row := bareRow{v.Mail, make(chan error, 1)}
	b.rows <- row
	if err := <-row.stored; err != nil {
		return err
	}
	w.Header().Set("Content-Type", deviceapi.MediaType)
	_, err = w.Write(b.response)
	return err
}
