// Package page is what a screen of the portal is made of: who asks ([Principal]), the request on its way to becoming a page
// ([Request]), the address and who may take it ([Route]), and a part of the portal that has such addresses ([Area]).
//
// It owns the reading of forms within bounds, rendering, redirecting with a message, what a form keeps when a session has
// ended ([Return]), and the discovery that somebody else has changed what a form was made from ([Request.Stale]). It does not
// own sessions or the decision of who may take a route: internal/edge/portal asks for both before an action runs.
//
// Promises: an action runs only for a principal whose role its route names; a page is written whole or not at all; a form
// is bounded in size, number of fields and length of each, and is text.
package page

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

// Area is a part of the portal: its addresses.
type Area interface{ Routes() []Route }

// Gate is the area where people log in.
type Gate interface {
	Area
	// Ask answers a request of somebody who is not logged in with the way to log in, and leads on to back afterwards.
	Ask(p *Request, back Return) error
	// Confirm answers a request that needs somebody to prove anew who they are, and leads on to back afterwards.
	Confirm(p *Request, back Return) error
}

// Action answers one request. An error becomes a page in words.
type Action func(*Request) error

// Route is an address and who may take it. Default is deny: a route without roles is nobody's.
type Route struct {
	Method, Path string         // as http.ServeMux has them; the path may hold {id}: opaque, never a name or a number of a person
	Name         string         // its own among all routes; what ui.View.May is asked for
	Menu         problem.Text   // stands in the menu of those who may take it; empty: does not
	Roles        []routine.Role // who may
	Do           Action
	Open         bool  // for those who are not logged in too
	StepUp       bool  // only for those who have lately proved who they are
	Write        bool  // changes something; its method is POST
	MaxForm      int64 // bytes of its form; 0: 64 KiB
	Camera       bool  // its page may use the camera
}

// May reports whether somebody in the role may take the route.
func (r Route) May(role routine.Role) bool { return slices.Contains(r.Roles, role) }

// Everybody is all roles: whoever is logged in.
func Everybody() []routine.Role {
	return []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam,
		routine.LockManager, routine.SystemOwner, routine.Registrar, routine.Auditor}
}

// Principal is who is logged in, in the assignment that they have chosen.
type Principal struct {
	AccountID    string // as the journal names them
	Name         string
	StaffID      string // in the register of staff, or ""
	Role         routine.Role
	Organisation string   // organisation number, ten digits
	AssignmentID string   // "" until one is chosen
	Lead         bool     // answers for the others of the same role and organisation
	Areas        []string // postal codes that the assignment is for; none: all
	Method       string   // how they logged in
	LoA          int      // level of assurance, 1–4; 0: none
	StepUpAt     time.Time
	Ends         time.Time // when the session does, if nothing happens before
	Unread       int       // notices, of which [notify.MaxUnread] stands for more
}

// Orderer is the principal as the domain's services know those who ask for changes.
func (p Principal) Orderer() casework.Orderer {
	return casework.Orderer{Organisation: p.Organisation, Role: p.Role, Actor: p.AccountID}
}

// Reader is the principal as the journal names those who read.
func (p Principal) Reader() casework.Reader {
	return casework.Reader{Actor: p.AccountID, Role: string(p.Role), Organisation: p.Organisation, Areas: p.Areas}
}

// Acting is the principal as identity's services know those who act.
func (p Principal) Acting() identity.Acting {
	return identity.Acting{Who: routine.Who{Actor: p.AccountID, Role: p.Role, Organisation: p.Organisation}, Lead: p.Lead}
}

// StepUpLife is for how long somebody has lately proved who they are.
const StepUpLife = 5 * time.Minute

// Fresh reports whether the principal has lately proved who they are.
func (p Principal) Fresh(now time.Time) bool {
	return !p.StepUpAt.IsZero() && now.Before(p.StepUpAt.Add(StepUpLife))
}

// Sessions are who is logged in.
type Sessions interface {
	// Find returns who a session belongs to. It is not ok if there is none, if it has ended, or if its person may not log in
	// any more. An error is that nobody could be asked: then nobody is let in.
	Find(ctx context.Context, token string) (who Principal, ok bool, err error)
}

// Request is one request on its way to becoming a page.
type Request struct {
	ui.View
	Who Principal // zero on an open route before login
	W   http.ResponseWriter
	R   *http.Request

	unread bool // the form could not be read
}

// LoggedIn reports whether there is somebody in Who.
func (p *Request) LoggedIn() bool { return p.Who.AccountID != "" }

// Context is the request's.
func (p *Request) Context() context.Context { return p.R.Context() }

// ID is the {id} of the address.
func (p *Request) ID() string { return p.R.PathValue("id") }

// Render writes a whole page, or nothing of it.
func (p *Request) Render(status int, body templ.Component) error {
	var b bytes.Buffer
	if err := body.Render(p.R.Context(), &b); err != nil {
		return err
	}
	p.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	p.W.WriteHeader(status)
	_, _ = p.W.Write(b.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// Redirect leads on to another page after a form (303), where the flash, if any, is said.
func (p *Request) Redirect(to string, said ...ui.Flash) error {
	for _, f := range said {
		keepFlash(p.W, p.R, f)
	}
	http.Redirect(p.W, p.R, to, http.StatusSeeOther)
	return nil
}
