package deviceapi_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

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
		var rows []journal.Record
		err = db.View(ctx, func(tx *storage.Tx) (err error) {
			rows, err = journal.List(ctx, tx, journal.Filter{Kinds: []journal.Kind{journal.StaffEnrolled}}, 10, "")
			return err
		})
		if err != nil || len(rows) != 3 {
			t.Errorf("journal: got %d entries, %v; want 3", len(rows), err)
		}
	})
}
