package locksim

import (
	"errors"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// CutAt lets the power go at the key's nth write from now, which is lost or saved all the same; nothing is written after it. hit reports
// whether there was an nth write.
func (k *Key) CutAt(n int, saved bool) (hit func() bool) {
	write, left := k.write, n
	k.write = func(st keyState) error {
		left--
		if left > 0 || left == 0 && saved {
			if err := write(st); err != nil {
				return err
			}
		}
		if left > 0 {
			return nil
		}
		return errors.New("the power went")
	}
	return func() bool { return left <= 0 }
}

// Carries is how many acknowledgements and answers to nonces the key has with it.
func (k *Key) Carries() (acks, times int) { return len(k.st.Out.Acks), len(k.st.Out.Times) }

// Collect is what the key takes along of a lock's mail.
func (k *Key) Collect(up lockcore.Up) (int, error) { return k.collect(credential.Certificate{}, up) }
