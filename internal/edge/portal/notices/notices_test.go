package notices_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	version = regexp.MustCompile(`name="_version" value="([0-9a-f]+)"`)
	newest  = regexp.MustCompile(`name="till" value="([^"]+)"`)
)

// Who answers for others is told of an emergency access, in the portal: the number is not a name.
func TestNotices(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	lead, nurse := w.Visitor(portaltest.Manager), w.Visitor(portaltest.Nurse)
	portaltest.Says(t, lead.Get("/aviseringar", http.StatusOK), "Inga aviseringar")
	happens := func(number string) {
		_, err := w.Emergencies.Take(t.Context(), identity.Acting{Who: routine.Who{Actor: "demo:någon", Role: routine.Provider, Organisation: portaltest.Organisation}},
			w.ID("clients", number), "Dörren står öppen")
		w.Must(err)
	}
	happens(portaltest.Åke)
	portaltest.Says(t, lead.Get("/", http.StatusOK), "1 oläst avisering")
	page := lead.Get("/aviseringar", http.StatusOK)
	portaltest.Says(t, page, "En nödåtkomst ska granskas", "1 oläst", "3 juni 2026 kl. 14.10")
	portaltest.Hides(t, page, "Brännström", "Dörren står öppen")
	portaltest.Says(t, nurse.Get("/aviseringar", http.StatusOK), "Inga aviseringar")

	upTo := url.Values{"till": {newest.FindStringSubmatch(page)[1]}}
	w.Clock.Time = w.Clock.Time.Add(time.Minute)
	happens(portaltest.Ulla) // after the page was read
	nurse.Post("/aviseringar", upTo, http.StatusOK)
	lead.Post("/aviseringar", nil, http.StatusOK)
	portaltest.Says(t, lead.Get("/aviseringar", http.StatusOK), "2 olästa")
	portaltest.Says(t, lead.Post("/aviseringar", upTo, http.StatusOK), "Aviseringarna är markerade som lästa.", "1 oläst")
	lead.Get("/aviseringar?fore=%27x", http.StatusOK)
	inMenu := func(v *portaltest.Visitor) string {
		_, item, _ := strings.Cut(v.Get("/ordlista", http.StatusOK), `href="/aviseringar"`)
		item, _, _ = strings.Cut(item, "</a>")
		return portaltest.Text("<a " + item)
	}
	if got := inMenu(lead); got != "Aviseringar 1 oläst" {
		t.Errorf("the menu says %q", got)
	}
	if got := inMenu(nurse); got != "Aviseringar" {
		t.Errorf("with nothing unread the menu says %q", got)
	}
	for i := range 12 {
		w.Update(func(ctx context.Context, tx *storage.Tx) error {
			return notify.TellPeople(ctx, tx, notify.Notice{Kind: notify.KeyBlocked, Event: fmt.Sprint(i), To: notify.Audience{AccountID: portaltest.Manager}})
		})
	}
	if got := inMenu(lead); got != "Aviseringar 9+ olästa" {
		t.Errorf("with many unread the menu says %q", got)
	}
	portaltest.Says(t, lead.Get("/aviseringar?lang=en", http.StatusOK), "An emergency access is to be reviewed", "13 unread")
}

// noted counts the journal's entries of a change of accounts.
func noted(w *portaltest.Town, change string) (n int) {
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		rows, err := tx.PendingJournal(ctx, 1000)
		for _, r := range rows {
			record, err := r.Record()
			if err != nil {
				return err
			}
			if record.Kind == journal.AccountChanged && record.Value("change") == change {
				n++
			}
		}
		return err
	})
	return n
}

// A technician is told of a task that is given to them, and once of one that is due; not of what they take themselves.
func TestTechniciansAreTold(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		w.Update(func(ctx context.Context, tx *storage.Tx) error {
			return tx.PutStaff(ctx, []care.Staff{{ID: "01a00000-0000-7000-8000-00000000a001", EmployeeNumber: "T1", Pseudonym: 901, GivenName: "Rut", FamilyName: "Prov"}})
		})
		a, _, err := w.Accounts.Create(t.Context(), identity.Operator(), identity.NewAccount{Name: "Rut Prov", Employee: "T1"}, &identity.Give{Role: routine.LockManager, Organisation: portaltest.Organisation})
		w.Must(err)
		task := casework.Task{ID: "01a00000-0000-7000-8000-000000000001", Number: "7K3M-9QX2", ClientID: w.ID("clients", portaltest.MajBritt), Kind: routine.ServiceLock,
			Rule: routine.RuleConsent, State: casework.TaskOpen, Due: w.Clock.Time.AddDate(0, 0, 7), Created: w.Clock.Time}
		w.Update(func(ctx context.Context, tx *storage.Tx) error { return tx.InsertTasks(ctx, []casework.Task{task}) })
		for _, actor := range []string{a.Actor(), "demo:chef", "demo:chef"} {
			w.Clock.Time = w.Clock.Time.Add(time.Minute)
			_, err = w.Orders.Assign(t.Context(), routine.Who{Actor: actor, Role: routine.LockManager}, task.ID, "T1", "")
			w.Must(err)
		}
		w.Must(w.Post.Remind(t.Context())) // in a week: not yet
		w.Clock.Time = task.Due.Add(-time.Hour)
		w.Must(w.Post.Remind(t.Context()))
		w.Must(w.Post.Remind(t.Context()))
		all, _, _, err := w.Post.Inbox(t.Context(), a.Actor(), "", 50)
		w.Must(err)
		var got []notify.Kind
		for _, n := range all {
			got = append(got, n.Kind)
			if n.Path != "/arbete/"+task.ID || n.Number != task.Number {
				t.Errorf("got %+v", n)
			}
		}
		slices.Sort(got)
		if want := []notify.Kind{notify.TaskAssigned, notify.TaskAssigned, notify.TaskDue}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// What somebody chooses is theirs, is kept when it is wrong, and is never overwritten unseen. Who cannot be reached is told why.
func TestChoices(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	lead := w.Visitor(portaltest.Manager)
	page := lead.Get("/aviseringar/val", http.StatusOK)
	portaltest.Says(t, page, "Kommunen skickar inga mejl härifrån än.", "Skickas till amira.lund@kommun.example.")
	form := url.Values{"_version": {version.FindStringSubmatch(page)[1]}, "mejl": {"review-due", "<script>"}, "sms": {"key-blocked"},
		"fran": {"25:00"}, "till": {"06.30"}, "sprak": {"sv"}}
	for name, c := range map[string]struct{ field, value, want string }{
		"wrong clock": {"fran", "25:00", "Skriv klockslaget som 20:00."},
		"no clock":    {"till", "", "Skriv klockslaget som 20:00."},
		"huge clock":  {"fran", strings.Repeat("2", 9000), "Skriv klockslaget som 20:00."},
		"hostile":     {"till", `"><script>alert(1)</script>`, "Skriv klockslaget som 20:00."},
		"language":    {"sprak", "de", "Välj svenska eller engelska."},
	} {
		wrong := url.Values{"fran": {"21:15"}}
		for k, v := range form {
			if k != "fran" {
				wrong[k] = v
			}
		}
		wrong.Set(c.field, c.value)
		page = lead.Post("/aviseringar/val", wrong, http.StatusUnprocessableEntity)
		portaltest.Says(t, page, "Fel:", c.want)
		if strings.Contains(page, "<script>alert") || !strings.Contains(page, `value="key-blocked" checked`) {
			t.Errorf("%s: what was typed is lost, or became a script", name)
		}
	}
	form.Set("fran", "21:15")
	portaltest.Says(t, lead.Post("/aviseringar/val", form, http.StatusOK), "Dina val är sparade.")
	me, err := w.Post.Receiver(t.Context(), portaltest.Manager)
	w.Must(err)
	c := me.Choices
	// what her role is told nothing of is not offered, and stays as it was
	if want := []notify.Kind{notify.TaskAssigned, notify.TaskDue, notify.ReviewDue, notify.StaffOrdered}; !slices.Equal(c.Mail, want) || len(c.SMS) != 1 || c.QuietFrom != 21*60+15 || c.QuietUntil != 6*60+30 || c.Digest {
		t.Errorf("got %+v", c)
	}
	lead.Post("/aviseringar/val", form, http.StatusConflict)
	if n := noted(w, "notice choices"); n != 1 {
		t.Errorf("the journal tells of %d choices, want 1", n)
	}
	// What there is to choose, and when nothing comes, follow the role.
	portaltest.Says(t, w.Visitor(portaltest.Officer).Get("/aviseringar/val", http.StatusOK), "Du har inget att välja")
	if page := w.Visitor(portaltest.Technician).Get("/aviseringar/val", http.StatusOK); !strings.Contains(page, `value="task-due" checked`) || strings.Contains(page, "staff-ordered") {
		t.Error("a technician does not choose among what technicians are told")
	}
	if night := w.Visitor(portaltest.Alarm).Get("/aviseringar/val", http.StatusOK); strings.Contains(night, `value="07:00"`) {
		t.Error("the alarm team has quiet hours at night, when it works")
	}
	if other, err := w.Post.Receiver(t.Context(), portaltest.Nurse); err != nil || len(other.Choices.Mail) != len(notify.Kinds()) {
		t.Errorf("another's choices: %+v, %v", other, err)
	}
}

// Letters that did not arrive are the system owner's.
func TestDeadLetters(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	owner := w.Visitor(portaltest.Owner)
	portaltest.Says(t, owner.Get("/aviseringar/stoppade", http.StatusOK), "Allt har kommit fram")
	w.Visitor(portaltest.Manager).Get("/aviseringar/stoppade", http.StatusForbidden)
	owner.Post("/aviseringar/stoppade/1", nil, http.StatusNotFound)
	post := notify.NewPost(txn.Narrow(w.DB, func(tx *storage.Tx) notify.PostTx { return tx }), w.Zone, notify.ByMail)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		return notify.TellPeople(ctx, tx, notify.Notice{Kind: notify.KeyBlocked, Event: "x", Number: "N00001", Path: "/sparra/nycklar/1", To: notify.Audience{AccountID: portaltest.Manager}})
	})
	_, err := post.Plan(t.Context())
	w.Must(err)
	letters, err := post.Take(t.Context(), notify.ByMail, 10)
	w.Must(err)
	w.Must(post.Settle(t.Context(), letters[0], notify.Result{Gone: true, Failure: "the receiver's mail server does not know the address"}))
	page := owner.Get("/aviseringar/stoppade", http.StatusOK)
	portaltest.Says(t, page, "En nyckel är spärrad", "N00001", "Amira Lund", "Mejlservern känner inte till adressen")
	portaltest.Hides(t, page, "amira.lund@")
	portaltest.Says(t, owner.Post("/aviseringar/stoppade/"+letters[0].Parts[0], nil, http.StatusOK), "Utskicket skickas igen.", "Allt har kommit fram")
	if n := noted(w, "letter resent"); n != 1 {
		t.Errorf("the journal tells of %d letters sent again, want 1", n)
	}
	again, err := post.Take(t.Context(), notify.ByMail, 10)
	if w.Must(err); len(again) != 1 || again[0].ID == letters[0].ID {
		t.Errorf("got %+v", again)
	}
}
