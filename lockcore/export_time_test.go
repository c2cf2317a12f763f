package lockcore

import "hemnyckel/credential"

// Floor is what the lock knows for certain of the time.
func (l *Lock) Floor() credential.Instant { return l.head.floor() }
