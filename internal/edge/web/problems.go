package web

import (
	"context"
	"errors"
	"net/http"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
)

// Problems of HTTP itself. Codes are stable.
var (
	ErrInternal = problem.New(problem.Internal, "internal",
		"Något gick fel hos oss. Försök igen; går det inte, kontakta supporten och säg numret på begäran.",
		"Something went wrong on our side. Try again; if that fails, contact support and say the number of the request.")
	ErrNoPage = problem.New(problem.NotFound, "no-such-address",
		"Adressen finns inte. Kontrollera att den är rätt skriven.",
		"There is nothing at this address. Check the spelling.")
	ErrMethod = problem.New(problem.Invalid, "method-not-allowed",
		"Adressen tar inte emot %s. Se huvudet Allow för vad som går.",
		"This address does not take %s. See the Allow header for what it takes.")
	ErrMediaType = problem.New(problem.Invalid, "media-type",
		"Innehållet måste vara %s, okomprimerat. Sätt huvudet Content-Type.",
		"The content must be %s, not compressed. Set the Content-Type header.")
	ErrBodyTooLarge = problem.New(problem.TooLarge, "body-too-large",
		"Innehållet är för stort. Här får det vara högst %d byte.",
		"The content is too large. At most %d bytes are taken here.")
	ErrBodyLost = problem.New(problem.Invalid, "body-incomplete",
		"Innehållet kom inte fram i sin helhet. Skicka det igen.",
		"The content did not arrive whole. Send it again.")
	ErrTimeout = problem.New(problem.Unavailable, "timeout",
		"Det tog för lång tid. Försök igen om en stund.",
		"It took too long. Try again in a while.")
	ErrMatchMissing = problem.New(problem.Conflict, "if-match-missing",
		"Huvudet If-Match saknas. Läs först, och skicka ETag ur svaret, så att ingen annans ändring skrivs över.",
		"The header If-Match is missing. Read first, and send the ETag of the answer, so that nobody's change is overwritten.")
	ErrMatch = problem.New(problem.Conflict, "if-match-failed",
		"Någon annan har ändrat det här sedan du läste det. Läs om och gör ändringen på nytt.",
		"Somebody has changed this since you read it. Read it again and make your change anew.")
	ErrCrossOrigin = problem.New(problem.Denied, "cross-origin",
		"Begäran kom från en annan webbplats och har stoppats. Öppna sidan direkt och försök igen.",
		"The request came from another site and was stopped. Open the page directly and try again.")
)

// exact are the problems whose status says more than their kind does.
var exact = map[string]int{
	ErrMethod.Code:       http.StatusMethodNotAllowed,
	ErrMediaType.Code:    http.StatusUnsupportedMediaType,
	ErrMatchMissing.Code: http.StatusPreconditionRequired, // RFC 6585 §3
	ErrMatch.Code:        http.StatusPreconditionFailed,
}

// titles say the kind in words.
var titles = map[problem.Kind]problem.Text{
	problem.Internal:        {SV: "Internt fel", EN: "Internal error"},
	problem.Invalid:         {SV: "Felaktig begäran", EN: "Invalid request"},
	problem.Unauthenticated: {SV: "Inloggning krävs", EN: "Authentication required"},
	problem.Denied:          {SV: "Inte tillåtet", EN: "Not allowed"},
	problem.NotFound:        {SV: "Finns inte", EN: "Not found"},
	problem.Conflict:        {SV: "Går inte just nu", EN: "Not possible now"},
	problem.TooLarge:        {SV: "För stort", EN: "Too large"},
	problem.Unavailable:     {SV: "Inte tillgängligt", EN: "Not available"},
}

// Status is the HTTP status of a problem. One that concerns a field of the input is 422: the address was right and the
// form too, but not what the field says.
func Status(p *problem.Error) int {
	if status, ok := exact[p.Code]; ok {
		return status
	}
	switch p.Kind {
	case problem.Invalid, problem.NotFound:
		if p.Field != "" {
			return http.StatusUnprocessableEntity
		}
		if p.Kind == problem.NotFound {
			return http.StatusNotFound
		}
		return http.StatusBadRequest
	case problem.Unauthenticated:
		return http.StatusUnauthorized
	case problem.Denied:
		return http.StatusForbidden
	case problem.Conflict:
		return http.StatusConflict
	case problem.TooLarge:
		return http.StatusRequestEntityTooLarge
	case problem.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Describe turns any error into what may be shown of it, in the language of the request, and logs what may not. Several
// problems joined by errors.Join give one answer with all the fields. Call it once for each error that is answered.
func Describe(ctx context.Context, err error) api.Problem {
	s := stateOf(ctx)
	first, fields := Problems(err)
	s.logProblem(ctx, first, err)
	shown := first
	if first.Kind == problem.Internal {
		shown = ErrInternal // whatever an internal error's own text says, it is not for strangers
	}
	p := api.Problem{
		Type:   "urn:hemnyckel:problem:" + shown.Code,
		Title:  titles[shown.Kind].In(s.lang),
		Status: Status(shown),
		Detail: shown.Text.In(s.lang),
		Code:   shown.Code, Request: s.id,
	}
	for _, f := range fields {
		if f.Kind != problem.Internal {
			p.Errors = append(p.Errors, api.FieldProblem{Field: f.Field, Code: f.Code, Detail: f.Text.In(s.lang)})
		}
	}
	return p
}

// Problems finds the problem that decides the answer, and those that concern fields. Joined errors are shown together only
// if all of them may be shown.
func Problems(err error) (first *problem.Error, fields []*problem.Error) {
	for _, leaf := range flatten(err) {
		p, ok := errors.AsType[*problem.Error](leaf)
		if !ok || p.Kind == problem.Internal {
			return asProblem(err), nil
		}
		if first == nil {
			first = p
		}
		if p.Field != "" {
			fields = append(fields, p)
		}
	}
	return first, fields
}

// flatten takes apart what errors.Join has put together. There is always at least one.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}

// asProblem is the one problem that an error is shown as. Only "try again later" outweighs a fault of ours beside it.
func asProblem(err error) *problem.Error {
	if p, ok := errors.AsType[*problem.Error](err); ok && (p.Kind == problem.Unavailable || p.Kind == problem.Internal) {
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return ErrTimeout.With(err)
	}
	return ErrInternal.With(err)
}
