package station

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hemnyckel/credential"
	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/deviceapi"
)

// Files is the state folder. A nil error from Write means that the file survives a power cut; an error means that it may or
// may not be there.
type Files interface {
	Read(name string) ([]byte, error) // fs.ErrNotExist if absent
	Write(name string, data []byte) error
	Remove(name string) error
	List() ([]string, error)
}

// Folder is a folder of the file system, made when first written to.
type Folder string

// Read implements Files.
func (f Folder) Read(name string) ([]byte, error) { return os.ReadFile(filepath.Join(string(f), name)) }

// Write implements Files.
func (f Folder) Write(name string, data []byte) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(string(f), name), data, 0o600)
}

// Remove implements Files.
func (f Folder) Remove(name string) error {
	if err := os.Remove(filepath.Join(string(f), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.SyncFolder(string(f))
}

// List implements Files.
func (f Folder) List() ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// The files.
const (
	fileIdentity = "identity"
	fileSecret   = "secret"
	fileCounter  = "counter"
	fileRoot     = "root" // written last: with it the station is enrolled
	fileCache    = "cache"
	fileAttempts = "attempts"
	pendingStart = "activation-"
)

// cache is the last refresh and when it came, by the station's own clock.
type cache struct {
	Refresh deviceapi.Refresh
	At      credential.Instant
}

// cacheFile is a cache on disk. The refresh is encoded on its own, as nesting is bounded.
type cacheFile struct {
	Refresh []byte             `cbor:"1,keyasint"`
	At      credential.Instant `cbor:"2,keyasint"`
}

func decodeCache(raw []byte) (c cache, err error) {
	f, err := credential.Decode[cacheFile](raw, deviceapi.MaxRefresh+1<<10)
	if err != nil {
		return c, err
	}
	c.At = f.At
	c.Refresh, err = credential.Decode[deviceapi.Refresh](f.Refresh, deviceapi.MaxRefresh)
	return c, err
}

// store is the state folder with what was read from it at the start.
type store struct {
	files    Files
	identity *credential.Identity
	secret   string
	roots    credential.Roots // zero until enrolled
	cache    cache
	attempts []attempt

	mu      sync.Mutex
	counter uint32
}

func openStore(files Files) (*store, error) {
	if is, err := isSealed(files); err != nil || is {
		return nil, errors.Join(err, ErrLocked)
	}
	s := &store{files: files}
	root, err := s.optional(fileRoot)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return s, s.begin()
	}
	if s.roots, err = credential.Decode[credential.Roots](root, 256); err != nil {
		return nil, ErrDamaged.Fill(fileRoot).With(err)
	}
	return s, s.load()
}

// optional is a file, nil if it is absent.
func (s *store) optional(name string) ([]byte, error) {
	b, err := s.files.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// begin makes what a station needs before it can be enrolled, and keeps what an interrupted attempt has left.
func (s *store) begin() error {
	if err := s.beginIdentity(); err != nil {
		return err
	}
	secret, err := s.optional(fileSecret)
	if err != nil {
		return err
	}
	if s.secret = string(secret); secret == nil {
		s.secret = fleet.NewStationSecret()
		if err := s.files.Write(fileSecret, []byte(s.secret)); err != nil {
			return err
		}
	}
	return s.beginCounter()
}

// beginCounter goes on from a counter that is there: a station that has lost only its root has given serials already.
func (s *store) beginCounter() error {
	b, err := s.optional(fileCounter)
	switch {
	case err != nil:
		return err
	case b == nil:
		return s.files.Write(fileCounter, binary.BigEndian.AppendUint32(nil, 0))
	case len(b) != 4:
		return ErrDamaged.Fill(fileCounter)
	}
	s.counter = binary.BigEndian.Uint32(b)
	return nil
}

func (s *store) beginIdentity() error {
	b, err := s.optional(fileIdentity)
	if err != nil {
		return err
	}
	if b != nil {
		if s.identity, err = credential.ParseIdentity(b); err != nil {
			return ErrDamaged.Fill(fileIdentity).With(err)
		}
		return nil
	}
	if s.identity, err = credential.NewIdentity(); err != nil {
		return err
	}
	return s.files.Write(fileIdentity, s.identity.Bytes())
}

// load reads the folder of an enrolled station, in which nothing may be missing: a counter that began anew would repeat
// serials.
func (s *store) load() error {
	identity, err := s.files.Read(fileIdentity)
	if err == nil {
		s.identity, err = credential.ParseIdentity(identity)
	}
	if err != nil {
		return ErrDamaged.Fill(fileIdentity).With(err)
	}
	secret, err := s.files.Read(fileSecret)
	if err != nil || len(secret) == 0 {
		return ErrDamaged.Fill(fileSecret).With(err)
	}
	s.secret = string(secret)
	counter, err := s.files.Read(fileCounter)
	if err != nil || len(counter) != 4 {
		return ErrDamaged.Fill(fileCounter).With(err)
	}
	s.counter = binary.BigEndian.Uint32(counter)
	raw, err := s.files.Read(fileCache)
	if err == nil {
		s.cache, err = decodeCache(raw)
	}
	if err != nil {
		return ErrDamaged.Fill(fileCache).With(err)
	}
	if raw, err = s.optional(fileAttempts); err == nil && raw != nil {
		s.attempts, err = credential.Decode[[]attempt](raw, 1<<20)
	}
	if err != nil {
		return ErrDamaged.Fill(fileAttempts).With(err)
	}
	return nil
}

func (s *store) pin(roots credential.Roots) error {
	raw, err := credential.Encode(roots)
	if err != nil {
		return err
	}
	if err := s.files.Write(fileRoot, raw); err != nil {
		return err
	}
	s.roots = roots
	return nil
}

func (s *store) saveCache(c cache) error {
	refresh, err := credential.Encode(c.Refresh)
	if err != nil {
		return err
	}
	raw, err := credential.Encode(cacheFile{Refresh: refresh, At: c.At})
	if err != nil {
		return err
	}
	return s.files.Write(fileCache, raw)
}

func (s *store) saveAttempts(a []attempt) error {
	raw, err := credential.Encode(a)
	if err != nil {
		return err
	}
	return s.files.Write(fileAttempts, raw)
}

// nextCounter returns a counter that has never been used. It is spent on disk first, also when writing fails: then the file may hold
// it all the same.
func (s *store) nextCounter() (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counter == 1<<32-1 {
		return 0, ErrDamaged.Fill("the counter has come to its end")
	}
	s.counter++
	return s.counter, s.files.Write(fileCounter, binary.BigEndian.AppendUint32(nil, s.counter))
}

// addPending keeps an activation until the server has settled it.
func (s *store) addPending(serial uint64, r deviceapi.Report) error {
	raw, err := credential.Encode(r)
	if err != nil {
		return err
	}
	return s.files.Write(pendingName(serial), raw)
}

func pendingName(serial uint64) string { return pendingStart + strconv.FormatUint(serial, 16) }

// pendingNames are the unreported activations.
func (s *store) pendingNames() ([]string, error) {
	all, err := s.files.List()
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(name, pendingStart) })
	slices.Sort(all)
	return all, nil
}

func (s *store) pending(name string) (deviceapi.Report, error) {
	raw, err := s.files.Read(name)
	if err != nil {
		return deviceapi.Report{}, err
	}
	return credential.Decode[deviceapi.Report](raw, credential.MaxObject+64)
}
