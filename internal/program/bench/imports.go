package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// importFamilies measure a municipality of ordinary size: all its registers, with faults among them, in a process of its
// own, from opening the database to the signed head over the last entry. The limit writes as many rows as the import left
// behind, of the size that rows of registers have, in bare batches on the same engine.
func importFamilies() []family {
	var all []family
	for _, engine := range engines() {
		all = append(all, family{
			names: []string{"import/" + engine, "import-seconds/" + engine},
			about: "2 300 clients with all registers, wall time of the complete import",
			run:   func(ctx context.Context, s *session) error { return smallImport(ctx, s, engine) },
		})
	}
	return all
}

func smallImport(ctx context.Context, s *session, engine string) error {
	folder, err := s.registers(s.size(2300, 40), true)
	if err != nil {
		return err
	}
	target, err := s.target(ctx, engine)
	if err != nil {
		return err
	}
	defer s.drop(target)
	done, err := s.importApart(ctx, target, folder, engine+"-small")
	if err != nil {
		return err
	}
	rows, bare, err := s.bareImport(ctx, engine, target, folder, done)
	if err != nil {
		return err
	}
	s.note("  %d rows of registers accepted, %d rejected; %d rows stored in %.2f s, bare %.2f s, peak %d MiB",
		done.rows(), done.Rejected, rows, done.Seconds, bare.Seconds(), done.PeakRSS>>20)
	if err := s.emit("import/"+engine, float64(rows)/done.Seconds, "rows/s", perSecond(rows, bare)); err != nil {
		return err
	}
	return s.emit("import-seconds/"+engine, done.Seconds, "s", bare.Seconds())
}

// bareImport writes as many rows as an import left in a database, and returns their number and the time it took.
func (s *session) bareImport(ctx context.Context, engine, target, folder string, done imported) (int, time.Duration, error) {
	rows, err := countRows(ctx, engine, target)
	if err != nil {
		return 0, 0, err
	}
	size, err := folderBytes(folder)
	if err != nil {
		return 0, 0, err
	}
	apart, err := s.target(ctx, engine)
	if err != nil {
		return 0, 0, err
	}
	defer s.drop(apart)
	if err := emptyDatabase(ctx, engine, apart); err != nil {
		return 0, 0, err
	}
	b, err := newBare(ctx, engine, apart, int(size)/max(done.rows(), 1))
	if err != nil {
		return 0, 0, err
	}
	took, err := b.write(ctx, rows)
	if err == nil {
		err = b.drop(ctx)
	}
	return rows, took, err
}

func folderBytes(folder string) (total int64, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(folder, e.Name()))
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	if total == 0 {
		return 0, fmt.Errorf("%s is empty", folder)
	}
	return total, nil
}
