package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func TestCheckPIN(t *testing.T) {
	for pin, want := range map[string]error{
		"4719": nil, "90210": nil, "1357": nil, "481516234207": nil,
		"": identity.ErrPINForm, "123": identity.ErrPINForm, "12a4": identity.ErrPINForm, "1234567890123": identity.ErrPINForm, "４７１９": identity.ErrPINForm,
		"0000": identity.ErrPINTrivial, "1234": identity.ErrPINTrivial, "9876": identity.ErrPINTrivial, "1212": identity.ErrPINTrivial,
		"123123": identity.ErrPINTrivial, "7890": identity.ErrPINTrivial, "2580": identity.ErrPINTrivial,
	} {
		if got := identity.CheckPIN(pin); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%q: got %v, want %v", pin, got, want)
		}
	}
}

func TestVerifier(t *testing.T) {
	v := identity.NewVerifier("4719")
	if !identity.VerifyPIN(v, "4719") || identity.VerifyPIN(v, "4718") || identity.VerifyPIN(v, "") {
		t.Error("the verifier does not tell PINs apart")
	}
	if identity.NewVerifier("4719") == v {
		t.Error("two verifiers of one PIN are equal: no salt")
	}
	for _, bad := range []string{"", "$", strings.Replace(v, "argon2id", "argon2i", 1), strings.Replace(v, "m=19456", "m=4000000", 1),
		strings.Replace(v, "t=2", "t=0", 1), strings.Replace(v, "p=1", "p=0", 1), v[:len(v)-4], v + "AA"} {
		if identity.VerifyPIN(bad, "4719") {
			t.Errorf("%q lets in", bad)
		}
	}
}

func FuzzVerifyPIN(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "4719")
	f.Fuzz(func(t *testing.T, verifier, pin string) {
		if strings.Count(verifier, "$") == 5 && len(verifier) > 60 {
			return // well formed ones are slow on purpose
		}
		if identity.VerifyPIN(verifier, pin) {
			t.Fatalf("%q lets %q in", verifier, pin)
		}
	})
}

func TestEnrolStaff(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		staff := identity.NewStaff(txn.Narrow(db, func(tx *storage.Tx) identity.StaffTx { return tx }))
		err := db.Update(ctx, func(tx *storage.Tx) error {
			return errors.Join(
				tx.PutProviders(ctx, []care.Provider{{ID: "p1", OrgNumber: "2120000001"}}),
				tx.PutGroups(ctx, []care.Group{{ID: "g1", Number: 11, Code: "G001", ProviderID: "p1"}, {ID: "g2", Number: 12, Code: "G002", ProviderID: "p1"}}),
				tx.PutStaff(ctx, []care.Staff{{ID: "a1", EmployeeNumber: "1001", Pseudonym: 501}, {ID: "a2", EmployeeNumber: "1002", Pseudonym: 502}}),
				tx.PutMemberships(ctx, []care.Membership{
					{StaffID: "a1", GroupID: "g1", From: time.Now(), Until: time.Now().Add(time.Hour)},
					{StaffID: "a1", GroupID: "g2", From: time.Now(), Until: time.Now().Add(time.Hour)},
					{StaffID: "a2", GroupID: "g1", From: time.Now().Add(-2 * time.Hour), Until: time.Now().Add(-time.Hour)}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			number, badge, pin string
			want               error
		}{
			{"1001", "04:A1:B2", "4719", nil},
			{"1002", "04a1b2", "4719", identity.ErrBadgeTaken},
			{"1002", "04a1b3", "4719", nil},
			{"1003", "04a1b4", "4719", identity.ErrStaffUnknown},
			{"1001", "åäö!", "4719", identity.ErrBadge},
			{"1001", "04a1b2", "1111", identity.ErrPINTrivial},
			{"1001", "04a1b5", "8361", nil},
		} {
			if err := staff.Enrol(ctx, "account:demo", c.number, c.badge, c.pin); !errors.Is(err, c.want) {
				t.Errorf("%v: got %v", c, err)
			}
		}
		all, err := staff.Verifiers(ctx)
		if err != nil || len(all) != 1 {
			t.Fatalf("got %+v, %v; want the one who is in a group now", all, err)
		}
		if v := all[0]; v.Pseudonym != 501 || len(v.Groups) != 2 || v.BadgeHash != identity.HashBadge("04A1B5") || !identity.VerifyPIN(v.PIN, "8361") {
			t.Errorf("got %+v", v)
		}
		var rows []journal.Row
		err = db.View(ctx, func(tx *storage.Tx) (err error) {
			rows, err = tx.JournalList(ctx, []journal.Kind{journal.StaffEnrolled}, "", 10)
			return err
		})
		if err != nil || len(rows) != 3 {
			t.Errorf("journal: got %d entries, %v; want 3", len(rows), err)
		}
	})
}
