package keysync

import "hemnyckel/credential"

// Changes is until when a group's tree is remembered.
var Changes = changes

// Within gives rights their hours.
func (p Profile) Within(rights []GroupRight, nbf credential.Instant) []GroupRight {
	return p.within(rights, nbf)
}
