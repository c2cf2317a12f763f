package routine_test

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Every way through the questions ends after a few answers, and every end names a rule of the routine.
//
// proves V2.2-c, V2.3-a, V2.4-a, V7-b, V7-e, V7-f, S-o
func TestTriageEnds(t *testing.T) {
	ends := 0
	var walk func(p routine.Profile, f routine.Failure, answers []string)
	walk = func(p routine.Profile, f routine.Failure, answers []string) {
		q, end, ok := routine.Triage(p, f, answers)
		switch {
		case !ok || len(answers) > 5:
			t.Fatalf("%s %v: no end", f, answers)
		case end != nil:
			ends++
			if end.SV == "" || end.EN == "" || routine.Sentence(end.Rule).SV == end.Rule {
				t.Errorf("%s %v: got %+v", f, answers, end)
			}
			return
		}
		for _, a := range q.Answers {
			walk(p, f, append(answers[:len(answers):len(answers)], a.ID))
		}
	}
	keys := routine.DefaultProfile()
	for _, f := range []routine.Failure{routine.FailedLock, routine.FailedKey, routine.FailedStation, routine.PowerCut, routine.LostKey} {
		walk(keys, f, nil)
	}
	var phones routine.Profile
	phones.Technology.Phones = true
	walk(phones, routine.FailedKey, nil)
	if routine.Questions(phones, routine.FailedStation) != nil || routine.Questions(phones, routine.LostKey) != nil {
		t.Error("questions about things that are not there")
	}
	if ends < 18 {
		t.Errorf("only %d ends", ends)
	}
}

// proves V2.2-c, V2.3-a, V2.4-a, V5.5-c, V7-c
func TestTriageSaysWhatToDo(t *testing.T) {
	for _, c := range []struct {
		failure routine.Failure
		answers []string
		do      routine.TriageDo
		urgent  bool
	}{
		{routine.FailedLock, []string{"no", "yes"}, routine.DoReport, true},
		{routine.FailedLock, []string{"no", "no"}, routine.DoReport, false},
		{routine.FailedLock, []string{"untried"}, routine.DoAdvice, false},
		{routine.FailedKey, []string{"no", "yes", "no"}, routine.DoAdvice, false},
		{routine.FailedKey, []string{"no", "yes", "yes"}, routine.DoReport, false},
		{routine.FailedStation, []string{"yes"}, routine.DoAdvice, false},
		{routine.FailedStation, []string{"no", "yes"}, routine.DoReport, false},
		{routine.LostKey, []string{"no"}, routine.DoBlock, false},
	} {
		_, end, ok := routine.Triage(routine.DefaultProfile(), c.failure, c.answers)
		if !ok || end == nil || end.Do != c.do || end.Urgent != c.urgent {
			t.Errorf("%s %v: got %+v, %v", c.failure, c.answers, end, ok)
		}
	}
	for _, bad := range [][]string{{"maybe"}, {"untried", "yes"}, {"no", "yes", "yes"}} {
		if q, end, ok := routine.Triage(routine.DefaultProfile(), routine.FailedLock, bad); ok {
			t.Errorf("%v: got %v %v", bad, q, end)
		}
	}
	if _, _, ok := routine.Triage(routine.DefaultProfile(), "weather", nil); ok {
		t.Error("questions about the weather")
	}
}

// A lock that somebody depends on comes before everything else; what can wait its turn does.
//
// proves V5.5-c, V5.6-b
func TestUrgency(t *testing.T) {
	for _, c := range []struct {
		kind    routine.TaskKind
		lock    routine.LockKind
		depends bool
		want    string
	}{
		{routine.ServiceLock, routine.DoorLock, true, "V5.5-c"},
		{routine.ExchangeLock, routine.DoorLock, true, "V5.5-c"},
		{routine.ServiceLock, routine.KeyBox, true, "V5.6-b"},
		{routine.ServiceLock, routine.DoorLock, false, ""},
		{routine.Mount, routine.DoorLock, true, ""},
	} {
		if got := routine.Urgency(c.kind, c.lock, c.depends); got != c.want {
			t.Errorf("%s of a %s lock, somebody depends on it %v: got %q, want %q", c.kind, c.lock, c.depends, got, c.want)
		}
	}
}

// proves V5.5-c, V5.6-b
func TestFaultTask(t *testing.T) {
	p := routine.DefaultProfile()
	p.Hours = routine.Hours{"office": {Spans: []routine.Span{{Days: []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "07:30", To: "16:00"}}}}
	p.Units = []routine.Unit{{Kinds: []routine.UnitKind{routine.UnitLockManager}, Hours: "office"}}
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		kind routine.LockKind
		at   time.Time
		rule string
		due  time.Time
	}{
		{routine.DoorLock, at(23, 10), "V5.5-c", at(23, 10)},
		{routine.KeyBox, at(23, 10), "V5.6-b", at(23, 10)},
		{routine.DoorLock, at(27, 20), "V5.5-c", at(30, 7).Add(30 * time.Minute)}, // Friday evening
	} {
		got := routine.FaultTask(p, c.kind, c.at)
		if got.Kind != routine.ServiceLock || got.Rule != c.rule || !got.Due.Equal(c.due) {
			t.Errorf("%s at %s: got %+v", c.kind, c.at, got)
		}
	}
}
