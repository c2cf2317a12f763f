package restapi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// Every operation is declared by one of five functions: [list], [read], [create], [change] and [file]. They describe it,
// let in whom it names and nobody else, read and check what was sent, and answer; what is left for the operation itself is
// to turn wire types into calls of a service.

// op is what every operation says about itself.
type op struct {
	ID      string // kebab-case, unique: list-orders
	Path    string // /api/v1/orders/{id}; names in braces are read with request.id
	Summary string // a sentence without its full stop
	Doc     string
	Roles   []routine.Role // who may; in the order of how much they see, for tokens that have several
	MaxBody int64          // 0: 64 KiB
	Status  int            // of a change that succeeds; 0: 200, or 201 for create
	open    bool           // needs no token
}

// anyone is every role, for what concerns all of them.
func anyone() []routine.Role {
	return []routine.Role{routine.SystemOwner, routine.LockManager, routine.CaseOfficer, routine.AlarmTeam, routine.Provider,
		routine.HealthUnit, routine.Delivery, routine.Registrar, routine.Auditor}
}

// none stands for a body that is not there.
type none struct{}

// request is one call that has been let in.
type request struct {
	*http.Request
	Who routine.Who
	h   *Handler
}

// id is a name in braces of the operation's path.
func (r request) id(name string) string { return r.PathValue(name) }

// orderer is the caller as casework names it.
func (r request) orderer() casework.Orderer {
	return casework.Orderer{Organisation: r.Who.Organisation, Role: r.Who.Role, Actor: r.Who.Actor}
}

// day is the instant at which a day, written YYYY-MM-DD, begins in Sweden. An empty one is the zero time.
func (r request) day(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, r.h.options.Zone)
	if err != nil {
		return time.Time{}, errDate.On(field)
	}
	return t, nil
}

// Problems with requests of any kind. Codes are stable.
var (
	errKeyMissing = problem.New(problem.Invalid, "idempotency-key-missing",
		"Huvudet Idempotency-Key saknas eller är ogiltigt. Sätt ett eget, unikt värde för varje ny begäran: 1–200 tecken, bara ASCII utan blanksteg.",
		"The header Idempotency-Key is missing or not valid. Set a unique value of your own for each new request: 1 to 200 characters, ASCII without blanks.")
	errKeyReused = problem.New(problem.Conflict, "idempotency-key-reused",
		"Samma Idempotency-Key har använts för en annan begäran. Använd en ny nyckel för varje ny begäran.",
		"The same Idempotency-Key was used for another request. Use a new key for each new request.")
	errCarriedOut = problem.New(problem.Conflict, "request-carried-out",
		"Begäran med denna Idempotency-Key är redan utförd, men svaret finns inte kvar. Läs det som begäran gällde, eller försök igen om en stund.",
		"The request with this Idempotency-Key has been carried out, but its answer is not there. Read what the request was about, or try again in a while.")
)

// routes is where operations are declared.
type routes struct {
	h    *Handler
	spec *huma.OpenAPI
}

// schema refers to the description of a type. What is sent to us may not have unknown fields.
func (to *routes) schema(t reflect.Type, sent bool) *huma.Schema {
	s := to.spec.Components.Schemas.Schema(t, true, t.Name())
	if sent {
		to.strict(t)
	}
	return s
}

func (to *routes) strict(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		to.strict(t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() || to.h.sent[t.Name()] {
			return
		}
		to.h.sent[t.Name()] = true
		for i := range t.NumField() {
			to.strict(t.Field(i).Type)
		}
	}
}

// add puts an operation on the router and in the description. One without a rule of who may is a fault of the program.
func (to *routes) add(o op, d *huma.Operation, serve func(w http.ResponseWriter, r request) error) {
	if len(o.Roles) == 0 && !o.open {
		panic("restapi: nobody may " + o.ID)
	}
	d.OperationID, d.Path, d.Summary, d.Description = o.ID, o.Path, o.Summary, o.Doc
	if !o.open {
		d.Security = []map[string][]string{{"token": {}}}
		d.Extensions = map[string]any{"x-roles": slices.Sorted(slices.Values(o.Roles))}
	}
	for part := range strings.SplitSeq(o.Path, "/") {
		if strings.HasPrefix(part, "{") {
			d.Parameters = append([]*huma.Param{{Name: strings.Trim(part, "{}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string", MaxLength: number(maxName)}}}, d.Parameters...)
		}
	}
	to.spec.AddOperation(d)
	to.h.served = append(to.h.served, served{d.Method + " " + o.Path, func(w http.ResponseWriter, hr *http.Request) {
		r := request{Request: hr, h: to.h}
		var err error
		if !o.open {
			r.Who, err = to.h.as(hr, o.Roles...)
		}
		if err == nil {
			err = r.checkNames(d.Parameters)
		}
		if err == nil {
			if o.MaxBody > web.MaxBody {
				web.AllowBody(w, hr, o.MaxBody)
			}
			err = serve(w, r)
		}
		if err != nil {
			web.Fail(w, hr, err)
		}
	}})
}

// maxName bounds what stands in an address: ids, numbers and names of things.
const maxName = 200

// checkNames finds names in a path that nothing can have.
func (r request) checkNames(all []*huma.Param) error {
	for _, p := range all {
		if name := r.PathValue(p.Name); p.In == "path" && (len(name) > maxName || !printable(name)) {
			return web.ErrNoPage
		}
	}
	return nil
}

// printable reports whether a text on one line is UTF-8 without control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// as lets a request in if its token may act in one of the roles, or, where it only reads, read in one.
func (h *Handler) as(r *http.Request, roles ...routine.Role) (routine.Who, error) {
	p, err := web.Authenticate(r, h.options.Tokens)
	if err != nil {
		return routine.Who{}, err
	}
	may := p.Acts
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		may = p.Reads
	}
	role, ok := may(roles...)
	if !ok {
		names := make([]string, len(roles))
		for i, r := range roles {
			names[i] = "role:" + string(r)
		}
		return routine.Who{}, web.ErrScope.Fill(strings.Join(names, ", "))
	}
	return routine.Who{Actor: p.Actor(), Organisation: p.Organisation, Role: role}, nil
}

// read declares GET of one thing. get must not write where the thing can also be changed: [change] asks it in the midst of
// the change whether the caller has seen the newest state.
func read[Out any](to *routes, o op, get func(ctx context.Context, r request) (Out, error)) {
	d := &huma.Operation{Method: http.MethodGet, Responses: to.responses(reflect.TypeFor[Out](), map[int]string{200: "It, with its ETag.", 304: "Nothing has changed."}, 400, 401, 403, 404, 503)}
	d.Parameters = []*huma.Param{{Name: "If-None-Match", In: "header", Description: "An ETag that you have: 304 is the answer while nothing has changed.", Schema: &huma.Schema{Type: "string"}}}
	if o.open {
		d.Responses, d.Parameters = to.responses(reflect.TypeFor[Out](), map[int]string{200: "Yes."}, 500, 503), nil
	}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		out, err := get(r.Context(), r)
		if err != nil {
			return err
		}
		tag := etag(out)
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "private, no-cache")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		web.WriteJSON(w, http.StatusOK, "application/json", out)
		return nil
	})
}

// create declares POST that makes something new, once for each Idempotency-Key. at says where the new thing can be read; nil
// where it cannot. The service that do calls must make its change in one Update, which may be all that it does.
func create[In, Out any](to *routes, o op, at func(Out) string, do func(ctx context.Context, r request, in In) (Out, error)) {
	if o.Status == 0 {
		o.Status = http.StatusCreated
	}
	d := to.writing(http.MethodPost, reflect.TypeFor[In](), reflect.TypeFor[Out](), o, 409)
	d.Parameters = []*huma.Param{keyParam(true)}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		if _, ok := idempotencyKey(r.Request); !ok {
			return errKeyMissing
		}
		var in In
		body, err := r.body(o, &in)
		if err != nil {
			return err
		}
		return write(w, r, o, body, nil, at, func(ctx context.Context) (Out, error) { return do(ctx, r, in) })
	})
}

// change declares a change of one existing thing, which get reads: by POST to an act of it, PUT, PATCH or DELETE. The caller
// shows by If-Match that it has seen what it changes; nobody else can change it between that check and the change.
func change[In, Seen, Out any](to *routes, method string, o op, get func(ctx context.Context, r request) (Seen, error),
	do func(ctx context.Context, r request, in In) (Out, error)) {
	if o.Status == 0 {
		o.Status = http.StatusOK
	}
	if reflect.TypeFor[Out]() == reflect.TypeFor[none]() {
		o.Status = http.StatusNoContent
	}
	d := to.writing(method, reflect.TypeFor[In](), reflect.TypeFor[Out](), o, 404, 409, 412, 428)
	d.Parameters = []*huma.Param{keyParam(false), {Name: "If-Match", In: "header", Required: true,
		Description: "The ETag of what you have read, or * to change it whatever it has become.", Schema: &huma.Schema{Type: "string"}}}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		want := r.Header.Get("If-Match")
		if want == "" {
			return web.ErrMatchMissing
		}
		check := func(ctx context.Context) error {
			seen, err := get(ctx, r)
			if err == nil && want != "*" && want != etag(seen) {
				err = web.ErrMatch
			}
			return err
		}
		var in In
		body, err := r.body(o, &in)
		if err != nil {
			return err
		}
		return write(w, r, o, body, check, nil, func(ctx context.Context) (Out, error) { return do(ctx, r, in) })
	})
}

func keyParam(required bool) *huma.Param {
	return &huma.Param{Name: "Idempotency-Key", In: "header", Required: required,
		Description: "Your own unique value for this request: ASCII without blanks. Repeat it when you repeat the request.",
		Schema:      &huma.Schema{Type: "string", MinLength: number(1), MaxLength: number(200)}}
}

// writing describes what creating and changing have in common.
func (to *routes) writing(method string, in, out reflect.Type, o op, bad ...int) *huma.Operation {
	bad = append(bad, 400, 401, 403, 422, 503)
	d := &huma.Operation{Method: method}
	if in != reflect.TypeFor[none]() {
		bad = append(bad, 413, 415)
		d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: to.schema(in, true)}}}
	}
	d.Responses = to.responses(out, map[int]string{o.Status: "Done."}, bad...)
	return d
}

// answer is what was answered to a request that changed something, as it is remembered.
type answer struct {
	Status   int             `json:"status"`
	Location string          `json:"location,omitempty"`
	ETag     string          `json:"etag,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
}

func (a answer) write(w http.ResponseWriter) {
	for name, value := range map[string]string{"Location": a.Location, "ETag": a.ETag} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	if a.Status == http.StatusNoContent {
		w.WriteHeader(a.Status)
		return
	}
	web.WriteJSON(w, a.Status, "application/json", a.Body)
}

// write carries out a change and answers it, or answers as before if it had been carried out.
func write[Out any](w http.ResponseWriter, r request, o op, body []byte, check func(context.Context) error, at func(Out) string,
	do func(ctx context.Context) (Out, error)) error {
	once := txn.Once{Check: check, Owner: r.Who.Organisation, Operation: o.ID}
	if key, ok := idempotencyKey(r.Request); ok && r.h.options.Requests != nil {
		once.Key, once.Digest = key, digest(r.URL.Path, string(r.Who.Role), string(body))
		if done, err := r.before(once); done.Status != 0 || err != nil {
			if err == nil {
				done.write(w)
			}
			return err
		}
	}
	out, err := do(txn.WithOnce(r.Context(), once))
	if errors.Is(err, txn.ErrDone) { // the same request at the same time, and it was first
		done, err := r.before(once)
		if err == nil {
			done.write(w)
		}
		return err
	}
	if err != nil {
		return err
	}
	a := answer{Status: o.Status}
	plain := withoutSecrets(out)
	if a.Status != http.StatusNoContent {
		a.Body, a.ETag = encode(plain), etag(plain)
	}
	if at != nil {
		a.Location = at(out)
	}
	if once.Key != "" {
		err := r.h.options.Requests.Answered(context.WithoutCancel(r.Context()), once.Owner, once.Operation, once.Key, string(encode(a)))
		if err != nil {
			web.Describe(r.Context(), err) // logs it; the change is made, and its maker shall be told so
		}
	}
	if a.Status != http.StatusNoContent {
		a.Body = encode(out)
	}
	a.write(w)
	return nil
}

// withoutSecrets is an answer as it may be remembered: fields tagged secret are answered once, and kept nowhere.
func withoutSecrets[T any](v T) T {
	s := reflect.ValueOf(&v).Elem()
	if s.Kind() != reflect.Struct {
		return v
	}
	for i := range s.NumField() {
		if _, secret := s.Type().Field(i).Tag.Lookup("secret"); secret {
			s.Field(i).SetZero()
		}
	}
	return v
}

// before finds what was answered to the same request before. The answer is lost if we ended between change and answer.
func (r request) before(once txn.Once) (answer, error) {
	var a answer
	asked, text, found, err := r.h.options.Requests.Find(r.Context(), once.Owner, once.Operation, once.Key)
	switch {
	case err != nil || !found:
		return a, err
	case asked != once.Digest:
		return a, errKeyReused
	case text == "":
		return a, errCarriedOut
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, err
	}
	if a.Status == http.StatusCreated {
		a.Status = http.StatusOK // it had been made before
	}
	return a, nil
}

const defaultBody = 64 << 10

// body reads the request's JSON into in, unless that is none.
func (r request) body(o op, in any) ([]byte, error) {
	if _, without := in.(*none); without {
		return nil, nil
	}
	most := o.MaxBody
	if most == 0 {
		most = defaultBody
	}
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" { // all that is asked for may be left out
		return []byte("{}"), web.DecodeJSON([]byte("{}"), in)
	}
	body, err := web.ReadBody(r.Request, "application/json")
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		return nil, web.ErrBodyTooLarge.Fill(most)
	}
	return body, web.DecodeJSON(body, in)
}

// asField says which field of the request a problem concerns.
func asField(err error, field string) error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.On(field)
	}
	return err
}

// idempotencyKey is the one header of that name, if it is fit to be one.
func idempotencyKey(r *http.Request) (string, bool) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) != 1 || values[0] == "" || len(values[0]) > 200 {
		return "", false
	}
	for _, c := range []byte(values[0]) {
		if c <= ' ' || c > '~' {
			return "", false
		}
	}
	return values[0], true
}

func digest(parts ...string) string {
	sum := sha256.Sum256(encode(parts))
	return hex.EncodeToString(sum[:])
}

// etag changes whenever what is sent does.
func etag(v any) string {
	sum := sha256.Sum256(encode(v))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// encode writes our own types, which always can be.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func number(n int) *int { return &n }

// responses describes what an operation answers.
func (to *routes) responses(out reflect.Type, good map[int]string, bad ...int) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for status, text := range good {
		r := &huma.Response{Description: text}
		if out != nil && status != http.StatusNotModified && status != http.StatusNoContent {
			r.Content = map[string]*huma.MediaType{"application/json": {Schema: to.schema(out, false)}}
		}
		all[strconv.Itoa(status)] = r
	}
	for _, status := range bad {
		all[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: to.schema(reflect.TypeFor[api.Problem](), false)}}}
	}
	return all
}
