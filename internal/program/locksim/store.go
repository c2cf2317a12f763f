package locksim

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"hemnyckel/credential"
	"hemnyckel/internal/base/durable"
	"hemnyckel/lockcore"
)

// maxState bounds a state file in bytes.
const maxState = 1 << 20

// readState reads a state file into a T; no file gives the zero value.
func readState[T any](path string) (T, error) {
	var none T
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	if info.Size() > maxState {
		return none, fmt.Errorf("%s is %d bytes, at most %d are a state file: is it the right file?", path, info.Size(), maxState)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	v, err := credential.Decode[T](b, maxState)
	if err != nil {
		return none, fmt.Errorf("%s is not a state file or is damaged: %w", path, err)
	}
	return v, nil
}

func writeState(path string, v any) error {
	b, err := credential.Encode(v)
	if err != nil {
		return err
	}
	return durable.WriteFile(path, b, 0o600)
}

// fileStore keeps a lock's memory in one file, which every commit replaces.
type fileStore struct {
	path  string
	slots map[lockcore.Slot][]byte
}

var _ lockcore.Store = (*fileStore)(nil)

type slotValue struct {
	_     struct{} `cbor:",toarray"`
	Slot  lockcore.Slot
	Value []byte
}

// Load implements lockcore.Store.
func (s *fileStore) Load() (map[lockcore.Slot][]byte, error) {
	list, err := readState[[]slotValue](s.path)
	if err != nil {
		return nil, err
	}
	s.slots = make(map[lockcore.Slot][]byte, len(list))
	for _, v := range list {
		s.slots[v.Slot] = v.Value
	}
	return maps.Clone(s.slots), nil
}

// Commit implements lockcore.Store.
func (s *fileStore) Commit(change map[lockcore.Slot][]byte) error {
	next := maps.Clone(s.slots)
	maps.Copy(next, change)
	maps.DeleteFunc(next, func(_ lockcore.Slot, v []byte) bool { return len(v) == 0 })
	list := make([]slotValue, 0, len(next))
	for _, slot := range slices.Sorted(maps.Keys(next)) {
		list = append(list, slotValue{Slot: slot, Value: next[slot]})
	}
	if err := writeState(s.path, list); err != nil {
		return err
	}
	s.slots = next
	return nil
}
