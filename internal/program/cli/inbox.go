package cli

import (
	"fmt"

	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

// inboxCmd is for whoever keeps the server going: what waits, and what somebody must look at.
type inboxCmd struct {
	database
	Settle string `help:"Id of an anomaly that has been dealt with." placeholder:"ID"`
	Note   string `help:"What was done about it."`
	Retry  bool   `help:"Try again what could not be taken over and was set aside."`
}

// swedishInbox is the Swedish form of its help.
func swedishInbox() map[string]string {
	return map[string]string{
		"What keys have carried home: what waits to be taken over, and anomalies to look at.": "Det nycklar har burit hem: det som väntar på att läsas in, och avvikelser att titta på.",
		"Id of an anomaly that has been dealt with.":                                          "Id för en avvikelse som är åtgärdad.",
		"Try again what could not be taken over and was set aside.":                           "Försök igen med det som inte kunde läsas in och lades åt sidan.",
		"What was done about it.":                                                             "Vad som gjordes åt den.",
	}
}

func (c *inboxCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		who := routine.Who{Actor: "system:cli", Role: routine.SystemOwner}
		if c.Settle != "" {
			return m.Sync.Settle(p.ctx, who, c.Settle, c.Note)
		}
		if c.Retry {
			if _, err := m.Sync.Retry(p.ctx, who); err != nil {
				return err
			}
			if _, err := m.Sync.Unpack(p.ctx); err != nil {
				return err
			}
		}
		status, err := m.Sync.Status(p.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "waiting %d set-aside %d", status.Waiting, status.SetAside)
		if !status.Oldest.IsZero() {
			fmt.Fprintf(p.stdout, " oldest %s", p.day(status.Oldest))
		}
		fmt.Fprintln(p.stdout)
		for below, more := "", true; more; {
			page, err := m.Sync.Anomalies(p.ctx, who, keysync.AnomalyFilter{Open: true}, below, keysync.MaxAnomalies)
			if err != nil {
				return err
			}
			for _, a := range page {
				fmt.Fprintf(p.stdout, "%s  %s  %-10s %-12s %s\n", a.ID, p.day(a.At), a.Class, a.Label, a.Detail)
				below = a.ID
			}
			more = len(page) == keysync.MaxAnomalies
		}
		return nil
	})
}
