package municipality

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/profiles"
)

// settingRefresh is set from when a profile that changes who may open what is kept until everybody's rights agree with it.
const settingRefresh = "profile.refresh"

// readProfile is a kept text as a profile; "" is the usual routine, of a municipality that has not chosen any.
func readProfile(text string) (routine.Profile, error) {
	if text == "" {
		return routine.DefaultProfile(), nil
	}
	return profiles.Read(settingProfile, strings.NewReader(text))
}

// keepProfile makes a profile, known to be without faults, the municipality's. One that it had and that can no longer be
// read is replaced all the same: nobody should have to repair a database to choose a profile.
func keepProfile(ctx context.Context, tx *storage.Tx, text string) error {
	p, err := readProfile(text)
	if err != nil {
		return err
	}
	before, err := tx.Setting(ctx, settingProfile)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(text))
	sum := hex.EncodeToString(hash[:])
	if old, err := readProfile(before); err != nil || !old.SameGrounds(p) {
		if err := tx.SetSetting(ctx, settingRefresh, sum); err != nil {
			return err
		}
	}
	if err := tx.SetSetting(ctx, settingProfile, text); err != nil {
		return err
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "setting", Value: settingProfile}, {Name: "value", Value: p.Name},
		{Name: "source", Value: p.Source.Title}, {Name: "sha256", Value: sum},
	}})
}

// ProfileText is the text of the municipality's profile; "" while it has not chosen one.
func (m *Municipality) ProfileText(ctx context.Context) (text string, err error) {
	err = m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		text, err = tx.Setting(ctx, settingProfile)
		return err
	})
	return text, err
}

// FinishProfile brings everybody's rights in agreement with the profile, if a change of it has left that to do, and returns
// how many rows changed. Interrupted, it is simply called again: a server does so when it starts.
func (m *Municipality) FinishProfile(ctx context.Context) (changed int, err error) {
	due := ""
	if err := m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		due, err = tx.Setting(ctx, settingRefresh)
		return err
	}); err != nil || due == "" {
		return 0, err
	}
	if changed, err = m.Recompute(ctx); err != nil {
		return changed, err
	}
	return changed, m.DB.Update(ctx, func(tx *storage.Tx) error {
		now, err := tx.Setting(ctx, settingRefresh)
		if err != nil || now != due { // another profile has come meanwhile: its own refresh ends it
			return err
		}
		return tx.SetSetting(ctx, settingRefresh, "")
	})
}
