package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/municipality"
)

type logCmd struct {
	Keys  logKeysCmd  `cmd:"" help:"Print the keys that verify this journal, as a trust file."`
	Prove logProveCmd `cmd:"" help:"Print an extract that proves entries, for hemnyckel verify."`
	Check logCheckCmd `cmd:"" help:"Recompute the whole journal and compare it with what is signed."`
}

type logKeysCmd struct{ database }

func (c *logKeysCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		fmt.Fprintf(p.stdout, "# Verifier keys of the journal of %s\n%s\n", m.Name, m.Verifier)
		return nil
	})
}

type logProveCmd struct {
	database
	Entry []string `required:"" help:"Place of an entry in the journal, from 0, or, as 7.2, of the second part of entry 7. May be given several times."`
}

func (c *logProveCmd) Run(p *program) error {
	places := make([]journal.Place, len(c.Entry))
	for i, s := range c.Entry {
		var err error
		if places[i], err = journal.ParsePlace(s); err != nil {
			return exit{2, err}
		}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if _, err := m.Log.Integrate(p.ctx); err != nil {
			return err
		}
		extract, err := m.Log.Prove(p.ctx, places, nil)
		if err != nil {
			return err
		}
		_, err = p.stdout.Write(extract)
		return err
	})
}

type logCheckCmd struct{ database }

func (c *logCheckCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		state, err := m.Log.Check(p.ctx)
		if err != nil {
			return err
		}
		p.say("Loggen stämmer: %d poster, varav %d raderade, och %d som ännu väntar på sin plats.",
			"The journal is consistent: %d entries, %d of them erased, and %d that still wait for their place.", state.Size, state.Erased, state.Pending)
		return nil
	})
}

type verifyCmd struct {
	Trust string `required:"" placeholder:"KEYS" help:"File of verifier keys, from the municipality's public page or the auditor, never from whoever made the extract."`
	File  string `arg:"" help:"The extract."`
}

// Run ends with 0 for a valid extract, 1 for an invalid one with the reason, 2 when it cannot be judged.
func (c *verifyCmd) Run(p *program) error {
	keys, err := readBounded(c.Trust, 1<<20)
	if err != nil {
		return exit{2, err}
	}
	trust, err := journal.ParseTrust(keys)
	if err != nil {
		return exit{2, err}
	}
	file, err := readBounded(c.File, journal.MaxExtractBytes)
	if errors.Is(err, errTooLarge) {
		return exit{1, journal.ErrFileSize}
	}
	if err != nil {
		return exit{2, err}
	}
	report, err := journal.Verify(trust, file)
	if err != nil {
		return exit{1, err}
	}
	printReport(p, report)
	return nil
}

var errTooLarge = problem.New(problem.TooLarge, "file-too-large", "Filen %s är för stor. Är det rätt fil?", "The file %s is too large. Is it the right one?")

// readBounded reads a whole file that is not larger than limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errTooLarge.Fill(path)
	}
	return b, err
}

// with opens a municipality that exists, for one command.
func with(p *program, target string, f func(m *municipality.Municipality) error) error {
	m, err := municipality.Open(p.ctx, target, p.options())
	if err != nil {
		return err
	}
	return errors.Join(f(m), m.Close())
}
