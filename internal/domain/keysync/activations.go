package keysync

import (
	"context"
	"strconv"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// Report is an activation as its station tells of it.
type Report struct {
	Body    []byte
	Offline bool // signed without contact with the server
}

// Settled says which of the reported activations the station need not keep. Rejected ones are in the journal as anomalies.
type Settled struct {
	Rejected []int // by place in the report
}

// ReportActivations takes over what a station has signed. Repeating it changes nothing.
func (s *Service) ReportActivations(ctx context.Context, station fleet.Station, reports []Report) (Settled, error) {
	var out Settled
	err := s.db.Update(ctx, func(tx Tx) error {
		out = Settled{}
		all := &reported{}
		for _, offline := range []bool{false, true} {
			var bodies [][]byte
			var places []int
			for i, r := range reports {
				if r.Offline == offline {
					bodies, places = append(bodies, r.Body), append(places, i)
				}
			}
			got, err := s.takeActivations(ctx, tx, station.ID, bodies, offline)
			if err != nil {
				return err
			}
			for _, i := range got.rejected {
				out.Rejected = append(out.Rejected, places[i])
			}
			all.entries = append(all.entries, got.entries...)
			all.anomalies = append(all.anomalies, got.anomalies...)
			all.newest = max(all.newest, got.newest)
		}
		if err := tx.SetReported(ctx, station.ID, all.newest); err != nil {
			return err
		}
		return tell(ctx, tx, all.entries, all.anomalies)
	})
	return out, err
}

type reported struct {
	entries   []journal.Entry
	anomalies []anomaly
	rejected  []int
	newest    uint32 // counter of the newest activation of the carrier's own
}

// takeActivations verifies activations by their stations' certificates, whoever carries them, and stores what is new.
func (s *Service) takeActivations(ctx context.Context, tx Tx, carrier string, bodies [][]byte, offline bool) (*reported, error) {
	out := &reported{}
	if len(bodies) == 0 {
		return out, nil
	}
	parsed := make([]*credential.Activation, len(bodies))
	var serials, people []uint64
	var stations, keys []uint32
	for i, raw := range bodies {
		a, err := credential.ParseActivation(raw)
		if err != nil {
			out.reject(i, "from station "+carrier+": "+err.Error())
			continue
		}
		parsed[i] = &a
		serials, people = append(serials, a.Serial&(1<<63-1)), append(people, a.Staff)
		stations, keys = append(stations, a.Station), append(keys, a.Key)
	}
	facts, err := loadFacts(ctx, tx, serials, people, stations, keys)
	if err != nil {
		return nil, err
	}
	var fresh []Activation
	var came []uint64
	for i, a := range parsed {
		if a == nil {
			continue
		}
		known := facts.known[a.Serial]
		if facts.stations[a.Station].ID == carrier {
			out.newest = max(out.newest, uint32(a.Serial))
		}
		if known != nil && same(*a, known) {
			continue
		}
		stored, why := facts.judge(*a, bodies[i])
		if why == "" && known != nil {
			why = "activation " + strconv.FormatUint(a.Serial, 10) + ": told before with another content; has the station's folder been copied or restored?"
		}
		if why != "" {
			out.reject(i, why)
			continue
		}
		stored.Offline = offline
		facts.known[a.Serial] = bodies[i]
		fresh, came = append(fresh, stored), append(came, a.Serial)
		out.entries = append(out.entries, activatedEntry(stored, a.NotBefore.Time(), facts.keys[a.Key].Number, facts.stations[a.Station].Name))
	}
	if err := tx.FindActivations(ctx, came); err != nil {
		return nil, err
	}
	return out, tx.InsertActivations(ctx, fresh)
}

// same reports whether body says what a says. The bytes may differ, as anybody can rewrite a signature into its second form.
func same(a credential.Activation, body []byte) bool {
	b, err := credential.ParseActivation(body)
	return err == nil && a == b
}

func (r *reported) reject(i int, why string) {
	r.rejected = append(r.rejected, i)
	r.anomalies = append(r.anomalies, anomaly{class: ClassActivation, detail: why})
}

// facts are what activations are judged by.
type facts struct {
	known    map[uint64][]byte
	stations map[uint32]fleet.Station
	keys     map[uint32]fleet.Key
	staff    map[uint64]string
}

func loadFacts(ctx context.Context, tx Tx, serials, people []uint64, stations, keys []uint32) (f facts, err error) {
	if f.known, err = tx.ActivationBodies(ctx, serials); err != nil {
		return f, err
	}
	if f.stations, err = tx.StationsByDevice(ctx, distinct(stations)); err != nil {
		return f, err
	}
	if f.keys, err = tx.KeysByDevice(ctx, distinct(keys)); err != nil {
		return f, err
	}
	f.staff, err = tx.StaffByPseudonym(ctx, people)
	return f, err
}

// judge returns the activation as it is stored, or why it is not genuine.
func (f facts) judge(a credential.Activation, raw []byte) (Activation, string) {
	name := "activation " + strconv.FormatUint(a.Serial, 10)
	station, ok := f.stations[a.Station]
	if !ok || station.Certificate == nil || a.Serial>>32 != uint64(a.Station) {
		return Activation{}, name + ": of no station"
	}
	if a.NotBefore.Time().Year() < 1971 {
		return Activation{}, name + ": from a station that does not know the time"
	}
	cert, err := credential.ParseCertificate(station.Certificate)
	if err != nil {
		return Activation{}, name + ": " + err.Error()
	}
	if _, err := (credential.Verifier{}).Activation(raw, cert.Key); err != nil {
		return Activation{}, name + ": " + err.Error()
	}
	key, ok := f.keys[a.Key]
	if !ok {
		return Activation{}, name + ": of an unknown key"
	}
	person, ok := f.staff[a.Staff]
	if !ok {
		return Activation{}, name + ": by an unknown person"
	}
	return Activation{Serial: a.Serial, KeyID: key.ID, StaffID: person, StationID: station.ID,
		From: a.NotBefore.Time(), Until: a.Expires.Time(), Body: raw}, ""
}

func activatedEntry(a Activation, at time.Time, key, station string) journal.Entry {
	serial := strconv.FormatUint(a.Serial, 10)
	return journal.Entry{Kind: journal.KeyActivated, At: at, Quality: journal.Device, Subjects: []string{a.KeyID, a.StaffID, a.StationID},
		Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "staff:" + a.StaffID},
			{Name: "activation", Value: serial},
			{Name: "key", Value: key},
			{Name: "station", Value: station},
			{Name: "until", Value: a.Until.Format(time.RFC3339)},
			{Name: "offline", Value: strconv.FormatBool(a.Offline)},
		}}
}
