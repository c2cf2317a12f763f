package routine

// Who acts: as whom somebody asks for something that only some may do. The front doors make it from a token or a login.
type Who struct {
	Actor        string // the token's or account's id, for the journal
	Organisation string // organisation number, ten digits
	Role         Role
}

// Is reports whether somebody acts in one of these roles.
func (w Who) Is(roles ...Role) bool {
	for _, r := range roles {
		if w.Role == r {
			return true
		}
	}
	return false
}
