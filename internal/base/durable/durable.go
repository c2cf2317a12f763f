// Package durable writes files that survive a crash: after a function has returned nil the file is there in full, also
// after the power has gone; before that the old file, or none, is there. Nobody ever sees half a file.
//
// It owns the order of write, fsync and rename, and nothing about what is written. internal/storage uses it for backups,
// and whoever keeps a small file of state (a station, a lock) for that.
//
// The promise is the file system's: it holds where fsync of a file and of its folder reach the disk.
package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile replaces the file at path by data, with permissions perm.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return Write(path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Write replaces the file at path by what fill writes, with permissions perm. If fill fails the old file stays.
func Write(path string, perm fs.FileMode, fill func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	temporary := file.Name()
	err = errors.Join(fillAndSync(file, perm, fill), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

func fillAndSync(file *os.File, perm fs.FileMode, fill func(io.Writer) error) error {
	// A file that we have just made and may not change is on a file system without permissions, such as a stick's FAT.
	if err := file.Chmod(perm); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	if err := fill(file); err != nil {
		return err
	}
	return file.Sync()
}

// Publish gives the finished file temporary, in the same folder, the name path. It never replaces a file: if there is one
// the error is fs.ErrExist. temporary is gone afterwards if the error is nil. On a file system without hard links, such as FAT, a
// power cut can leave an empty file at path.
func Publish(temporary, path string) error {
	if err := sync(temporary); err != nil {
		return err
	}
	err := os.Link(temporary, path)
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported):
		err = claim(temporary, path)
	case err == nil:
		err = os.Remove(temporary)
	}
	if err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// claim takes the name path, which nobody else can do then, and puts temporary there.
func claim(temporary, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(file.Close(), os.Rename(temporary, path)); err != nil {
		os.Remove(path)
	}
	return err
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(path string) error { return sync(path) }

func sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
