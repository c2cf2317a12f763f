package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Problems with where stations stand and whether they work. Codes are stable.
var (
	ErrStationNone = problem.New(problem.NotFound, "station-none",
		"Det finns ingen station med namnet %s.", "There is no station named %s.")
	ErrStationPlace = problem.New(problem.Invalid, "station-place",
		"Ange gata (högst 100 tecken), postnummer med fem siffror och ort.",
		"Give a street (at most 100 characters), a postal code of five digits and a town.")
)

// SiteTx is what sites need of a database transaction.
type SiteTx interface {
	KeyTx
	StationTx

	GroupsFacts(ctx context.Context, ids []string) (map[string]GroupFacts, error)
}

// Sites is the service of where stations stand, whether they work, and where else to go.
type Sites struct {
	db      txn.Runner[SiteTx]
	keys    *Keys
	profile routine.Profile
}

// NewSites returns the sites of one municipality.
func NewSites(db txn.Runner[SiteTx], keys *Keys, profile routine.Profile) *Sites {
	return &Sites{db, keys, profile}
}

// Works reports whether staff can be sent to a station: it is in use, neither out nor blocked.
func (s Station) Works() bool {
	return s.Certificate != nil && s.OutSince.IsZero() && s.BlockedAt.IsZero()
}

// Place says where a station stands.
func (s *Sites) Place(ctx context.Context, who routine.Who, name, street, postalCode, town string) error {
	code, err := swedish.ParsePostalCode(postalCode)
	street, town = strings.TrimSpace(street), strings.TrimSpace(town)
	if err != nil || street == "" || len(street) > 100 || town == "" || len(town) > 100 {
		return ErrStationPlace.With(err)
	}
	return s.change(ctx, who, name, routine.StationOut, "placed", func(tx SiteTx, st *Station) error {
		st.Street, st.PostalCode, st.Town = street, fmt.Sprintf("%05d", uint32(code)), town
		return nil
	})
}

// Out says that a station does not work, and returns where to go instead: any key syncs at any station (V2.5-b, V2.5-c).
func (s *Sites) Out(ctx context.Context, who routine.Who, name, reason string) (near []Station, err error) {
	if reason, err = text("reason", reason); err != nil {
		return nil, err
	}
	err = s.change(ctx, who, name, routine.StationOut, "out", func(tx SiteTx, st *Station) error {
		if st.OutSince.IsZero() {
			st.OutSince = tx.Now()
		}
		st.OutReason = reason
		all, err := tx.Stations(ctx)
		near = nearest(*st, all, nearestShown)
		return err
	})
	return near, err
}

// Back says that a station works again.
func (s *Sites) Back(ctx context.Context, who routine.Who, name string) error {
	return s.change(ctx, who, name, routine.StationOut, "back", func(tx SiteTx, st *Station) error {
		st.OutSince, st.OutReason = time.Time{}, ""
		return nil
	})
}

// Block takes a station's trust away at once and for good: it is not served, and locks and other stations are told that
// nothing it signs counts. A station in its place is enrolled under another name.
func (s *Sites) Block(ctx context.Context, who routine.Who, name, reason string) error {
	reason, err := text("reason", reason)
	if err != nil {
		return err
	}
	return s.change(ctx, who, name, routine.BlockStation, "blocked", func(tx SiteTx, st *Station) error {
		if st.BlockedAt.IsZero() {
			st.BlockedAt = tx.Now()
		}
		st.OutReason = reason
		return s.keys.BlockSubject(ctx, tx, credential.BlockStation, uint64(st.Device), reason)
	})
}

func (s *Sites) change(ctx context.Context, who routine.Who, name string, d routine.Duty, what string, change func(tx SiteTx, st *Station) error) error {
	return s.db.Update(ctx, func(tx SiteTx) error {
		st, ok, err := tx.StationByName(ctx, name)
		if err != nil {
			return err
		}
		groups, err := tx.GroupsFacts(ctx, []string{st.GroupID})
		if err != nil {
			return err
		}
		g := groups[st.GroupID]
		rule := s.profile.MayTend(who.Role, d, who.Organisation != "" && g.OrgNumber == who.Organisation, g.Private)
		switch {
		case rule == "":
			return ErrMayNot
		case !ok:
			return ErrStationNone.Fill(name)
		}
		if err := change(tx, &st); err != nil {
			return err
		}
		if err := tx.PutStation(ctx, st, ""); err != nil {
			return err
		}
		kind := journal.StationChanged
		if d == routine.BlockStation {
			kind = journal.StationBlocked
		}
		return journal.Append(ctx, tx, entry(kind, who, []string{st.ID}, "what", what, "name", st.Name, "reason", st.OutReason,
			"place", strings.TrimSpace(st.PostalCode+" "+st.Town), journal.FieldGround, rule))
	})
}

// List returns all stations by name: where to go is for everybody to know.
func (s *Sites) List(ctx context.Context) (out []Station, err error) {
	err = s.db.View(ctx, func(tx SiteTx) (err error) {
		out, err = tx.Stations(ctx)
		return err
	})
	return out, err
}

// nearestShown is how many other stations are shown.
const nearestShown = 3

// nearest orders working stations by how much of the postal code they share with from, then by how far the codes are apart:
// Swedish codes are given out from the whole country down to the street, and neighbours mostly have neighbouring ones. A
// station whose place is not known comes last; so does everything if from's is not.
func nearest(from Station, all []Station, most int) []Station {
	var out []Station
	for _, s := range all {
		if s.ID != from.ID && s.Works() {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Station) int {
		return cmp.Or(-cmp.Compare(shared(from, a), shared(from, b)), cmp.Compare(apart(from, a), apart(from, b)), strings.Compare(a.Name, b.Name))
	})
	return out[:min(most, len(out))]
}

// shared is how many leading digits two postal codes have in common; -1 if one is not known.
func shared(a, b Station) int {
	if a.PostalCode == "" || b.PostalCode == "" {
		return -1
	}
	n := 0
	for n < min(len(a.PostalCode), len(b.PostalCode)) && a.PostalCode[n] == b.PostalCode[n] {
		n++
	}
	return n
}

func apart(a, b Station) int {
	x, _ := strconv.Atoi(a.PostalCode)
	y, _ := strconv.Atoi(b.PostalCode)
	return max(x-y, y-x)
}

// Station returns a station and where else to go.
func (s *Sites) Station(ctx context.Context, name string) (st Station, near []Station, err error) {
	err = s.db.View(ctx, func(tx SiteTx) error {
		var ok bool
		if st, ok, err = tx.StationByName(ctx, name); err != nil || !ok {
			return orErr(err, ErrStationNone.Fill(name))
		}
		all, err := tx.Stations(ctx)
		near = nearest(st, all, nearestShown)
		return err
	})
	return st, near, err
}
