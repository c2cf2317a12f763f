package station

import (
	"hemnyckel/credential"
	"hemnyckel/internal/edge/deviceapi"
)

// Facts are all that an activation depends on.
type Facts struct {
	Now       credential.Instant // by the station's own clock
	Roots     credential.Roots
	Refresh   deviceapi.Refresh // the station's last
	Refreshed credential.Instant
	Key       credential.Certificate // of the key that is in
	Grant     []byte
	Issuer    []byte
	Staff     uint64 // pseudonym of the person who has identified
	Groups    []deviceapi.Member
}

// Decide says whether the person may have this key now, and for how long, as the station decides it: for programs that drive a
// station's decision without its sockets. The activation lacks its serial.
func Decide(f Facts) (credential.Activation, credential.Grant, error) {
	return decide(facts{now: f.Now, roots: f.Roots, known: cache{Refresh: f.Refresh, At: f.Refreshed},
		key: f.Key, grant: f.Grant, issuer: f.Issuer, who: person{pseudonym: f.Staff, groups: f.Groups}})
}
