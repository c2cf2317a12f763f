package restapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/web"
)

// Limits of lists.
const (
	pageSize  = 50      // rows of a page, unless the caller says otherwise
	maxPage   = 500     // rows of the largest page
	maxExport = 100_000 // rows of a file
)

// Problems with lists. Codes are stable.
var (
	errCursor = problem.New(problem.Invalid, "cursor",
		"Listan kan inte fortsätta därifrån: värdet i after kommer inte från ett svar på samma fråga. Börja om utan after.",
		"The list cannot go on from there: the value of after does not come from an answer to the same question. Begin again without after.")
	errLimit = problem.New(problem.Invalid, "limit",
		"limit ska vara ett tal från 1 till %d.", "limit is a number from 1 to %d.")
	errFormat = problem.New(problem.Invalid, "format",
		"format ska vara json, csv eller xlsx.", "format is json, csv or xlsx.")
	errFilter = problem.New(problem.Invalid, "filter-unknown",
		"Listan kan inte begränsas med det. Välj bland: %s.", "The list cannot be narrowed by that. Choose among: %s.")
	errFilterValue = problem.New(problem.Invalid, "filter-value",
		"Värdet går inte att använda här. Se API-beskrivningen.", "The value cannot be used here. See the description of the API.")
	errTwice = problem.New(problem.Invalid, "filter-twice",
		"Samma villkor står två gånger. Ange det en gång.", "The same condition stands twice. Give it once.")
)

// page is which part of a list is asked for.
type page struct {
	After string // the key after which it begins, as the list itself gave it; "" from the beginning
	Limit int    // most rows
}

// list declares GET of a list: pages of rows in a fixed order, each with the key from which the next one goes on, narrowed by
// the fields of Filter (strings, bools, ints, and times, which are days or instants), which are tagged query, doc and, where
// there are few values, enum. Row is a wire type. Its fields with an sv and an en tag are columns of the list as CSV and
// XLSX; a col tag says kronor or day where the type does not.
//
// get returns at most p.Limit rows, and "" as the next key when there are no more. The key ends up in addresses, and so in
// logs: it must not tell who somebody is.
func list[Filter, Row any](to *routes, o op, get func(ctx context.Context, r request, f Filter, p page) (rows []Row, next string, err error)) {
	filter := reflect.TypeFor[Filter]()
	columns := columnsOf(reflect.TypeFor[Row]())
	d := &huma.Operation{Method: http.MethodGet, Parameters: listParams(filter),
		Responses: to.responses(reflect.TypeFor[api.Page[Row]](), map[int]string{200: "A page of the list, or all of it as a file."}, 400, 401, 403, 422, 503)}
	if len(columns) == 0 {
		panic("restapi: list " + o.ID + " has no columns: give the row's fields sv and en tags")
	}
	for _, t := range []string{paper.TypeCSV, paper.TypeXLSX} {
		d.Responses["200"].Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		q, err := r.query(o, filter)
		if err != nil {
			return err
		}
		f := q.filter.Interface().(Filter)
		fetch := func(p page) ([]Row, string, error) { return get(r.Context(), r, f, p) }
		if q.format != "json" {
			return export(w, r, o, q, columns, fetch)
		}
		rows, next, err := fetch(q.page)
		if err != nil {
			return err
		}
		out := api.Page[Row]{Items: rows}
		if out.Items == nil {
			out.Items = []Row{}
		}
		if next != "" {
			out.Next = q.cursor(next)
			w.Header().Set("Link", "<"+q.onward(r.URL, out.Next)+`>; rel="next"`)
		}
		w.Header().Set("Cache-Control", "private, no-store")
		web.WriteJSON(w, http.StatusOK, "application/json", out)
		return nil
	})
}

// query is a list's address, read.
type query struct {
	filter reflect.Value
	page   page
	format string
	about  string // what the cursors of this question begin with
}

// query reads the address of a list: everything in it must be known, and stand there once.
func (r request) query(o op, filter reflect.Type) (query, error) {
	q := query{filter: reflect.New(filter).Elem(), page: page{Limit: pageSize}, format: wanted(r.Request)}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return q, errFilterValue
	}
	for _, name := range sorted(values) {
		value := values[name]
		if !printable(name) {
			return q, errFilterValue
		}
		if len(value) > 1 {
			return q, errTwice.On(name)
		}
		if err := r.take(&q, filter, name, value[0]); err != nil {
			return q, err
		}
	}
	for _, name := range []string{"after", "limit", "format"} {
		values.Del(name)
	}
	q.about = digest(o.ID, values.Encode(), string(r.Who.Role), r.Who.Organisation)[:12]
	if q.page.After != "" {
		q.page.After, err = q.key(q.page.After)
	}
	return q, err
}

func (r request) take(q *query, filter reflect.Type, name, value string) (err error) {
	switch name {
	case "after":
		q.page.After = value
	case "limit":
		q.page.Limit, err = strconv.Atoi(value)
		if err != nil || q.page.Limit < 1 || q.page.Limit > maxPage {
			return errLimit.Fill(maxPage).On("limit")
		}
	case "format":
		q.format = value
		if !slices.Contains([]string{"json", "csv", "xlsx"}, value) {
			return errFormat.On("format")
		}
	default:
		return r.narrow(q.filter, filter, name, value)
	}
	return nil
}

// narrow sets one field of a filter.
func (r request) narrow(v reflect.Value, filter reflect.Type, name, value string) error {
	var names []string
	for i := range filter.NumField() {
		field := filter.Field(i)
		known := field.Tag.Get("query")
		names = append(names, known)
		if known != name {
			continue
		}
		enum := field.Tag.Get("enum")
		if len(value) > maxName || !printable(value) ||
			enum != "" && value != "" && !slices.Contains(strings.Split(enum, ","), value) {
			return errFilterValue.On(name)
		}
		return r.assign(v.Field(i), name, value)
	}
	return errFilter.Fill(strings.Join(append(names, "after", "limit", "format"), ", ")).On(shortened(name))
}

func shortened(name string) string {
	if len(name) > 60 {
		return strings.ToValidUTF8(name[:60], "") + "…"
	}
	return name
}

func (r request) assign(v reflect.Value, name, value string) error {
	switch v.Interface().(type) {
	case time.Time:
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			at, err = r.day(name, value)
		}
		v.Set(reflect.ValueOf(at))
		return err
	case bool:
		if value != "true" && value != "false" {
			return errFilterValue.On(name)
		}
		v.SetBool(value == "true")
	case int, int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return errFilterValue.On(name)
		}
		v.SetInt(n)
	default:
		v.SetString(value)
	}
	return nil
}

// cursor makes a key opaque, and good for the same question by the same caller only.
func (q query) cursor(key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(q.about + key))
}

func (q query) key(cursor string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	key, ours := strings.CutPrefix(string(text), q.about)
	if err != nil || !ours || key == "" || len(key) > 500 || !printable(key) {
		return "", errCursor.On("after")
	}
	return key, nil
}

// onward is the address of the next page.
func (q query) onward(at *url.URL, cursor string) string {
	values := at.Query()
	values.Set("after", cursor)
	return at.Path + "?" + values.Encode()
}

// wanted is the format that the Accept header prefers of those that we have: the one that is named first.
func wanted(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch name {
		case "text/csv":
			return "csv"
		case paper.TypeXLSX:
			return "xlsx"
		case "application/json", "*/*":
			return "json"
		}
	}
	return "json"
}

// export writes the whole list as a file. The first page is read before anything is written, so that a question that
// cannot be answered is refused in words; if a later one fails the connection is cut, so that nobody takes a part for all.
func export[Row any](w http.ResponseWriter, r request, o op, q query, columns []column, fetch func(page) ([]Row, string, error)) error {
	first, next, err := fetch(page{After: q.page.After, Limit: maxPage})
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(o.ID, "list-")
	style := paper.Style{Lang: web.Language(r.Context()), Zone: r.h.options.Zone}
	table := paper.Table{Name: name, Rows: allRows(first, next, columns, fetch, func(after string) string {
		return problem.Text{SV: "Listan fortsätter: after=%s", EN: "The list goes on: after=%s"}.Sprintf(q.cursor(after)).In(style.Lang)
	})}
	for _, c := range columns {
		table.Columns = append(table.Columns, c.Column)
	}
	write, mediaType := paper.WriteCSV, paper.TypeCSV
	if q.format == "xlsx" {
		write, mediaType = paper.WriteXLSX, paper.TypeXLSX
	}
	attach(w, name+"."+q.format, mediaType)
	if err := write(w, table, style); err != nil {
		web.Describe(r.Context(), err) // logs it
		panic(http.ErrAbortHandler)
	}
	return nil
}

// allRows are the rows of all pages. Beyond the bound the file ends with a line that says how to go on.
func allRows[Row any](rows []Row, next string, columns []column, fetch func(page) ([]Row, string, error), more func(after string) string) iter.Seq2[paper.Row, error] {
	return func(yield func(paper.Row, error) bool) {
		for written := len(rows); ; written += len(rows) {
			for _, row := range rows {
				if !yield(cells(columns, row), nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if written >= maxExport {
				last := make(paper.Row, len(columns))
				last[slices.IndexFunc(columns, func(c column) bool { return c.Kind == paper.Text })] = more(next)
				yield(last, nil)
				return
			}
			var err error
			if rows, next, err = fetch(page{After: next, Limit: maxPage}); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// column is a field of a row as a column of a file.
type column struct {
	paper.Column
	field []int
}

func columnsOf(row reflect.Type) []column {
	var all []column
	for _, f := range reflect.VisibleFields(row) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || f.Tag.Get("sv") == "" {
			continue
		}
		c := column{paper.Column{Key: name, SV: f.Tag.Get("sv"), EN: f.Tag.Get("en"), Kind: paper.ColumnKind(f.Tag.Get("col"))}, f.Index}
		if c.Kind == "" {
			c.Kind = kindOf(f.Type)
		}
		all = append(all, c)
	}
	return all
}

func kindOf(t reflect.Type) paper.ColumnKind {
	switch t.Kind() {
	case reflect.Bool:
		return paper.YesNo
	case reflect.Int, reflect.Int64:
		return paper.Number
	}
	if t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[*time.Time]() {
		return paper.Instant
	}
	return paper.Text
}

// cells are a row's values as paper takes them: lists become one text, and what is not there stays empty.
func cells(columns []column, row any) paper.Row {
	out := make(paper.Row, len(columns))
	for i, c := range columns {
		v := reflect.ValueOf(row).FieldByIndex(c.field)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				continue
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Int, reflect.Int64:
			out[i] = v.Int()
		case reflect.String:
			out[i] = v.String()
		case reflect.Slice:
			var parts []string
			for n := range v.Len() {
				parts = append(parts, fmt.Sprint(v.Index(n).Interface()))
			}
			out[i] = strings.Join(parts, ", ")
		default:
			out[i] = v.Interface()
		}
	}
	return out
}

// listParams describes what a list's address may have.
func listParams(filter reflect.Type) []*huma.Param {
	var all []*huma.Param
	for i := range filter.NumField() {
		f := filter.Field(i)
		s := &huma.Schema{Type: "string"}
		switch f.Type.Kind() {
		case reflect.Bool:
			s.Type = "boolean"
		case reflect.Int, reflect.Int64:
			s.Type = "integer"
		case reflect.Struct:
			s.Format = "date"
		}
		for value := range strings.SplitSeq(f.Tag.Get("enum"), ",") {
			if value != "" {
				s.Enum = append(s.Enum, value)
			}
		}
		all = append(all, &huma.Param{Name: f.Tag.Get("query"), In: "query", Description: f.Tag.Get("doc"), Schema: s})
	}
	return append(all,
		&huma.Param{Name: "after", In: "query", Description: "Where to go on: next of the page before.", Schema: &huma.Schema{Type: "string", MaxLength: number(1000)}},
		&huma.Param{Name: "limit", In: "query", Description: fmt.Sprintf("Most rows of the page; %d if you do not say.", pageSize), Schema: &huma.Schema{Type: "integer", Minimum: float(1), Maximum: float(maxPage)}},
		&huma.Param{Name: "format", In: "query", Description: fmt.Sprintf("csv or xlsx gives the list as a file, up to %d rows; so does the Accept header.", maxExport),
			Schema: &huma.Schema{Type: "string", Enum: []any{"json", "csv", "xlsx"}}})
}

func float(n float64) *float64 { return &n }
