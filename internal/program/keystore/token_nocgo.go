//go:build !cgo

package keystore

// openToken says that this program cannot: a PKCS#11 library is C, and this program was built without.
func openToken(address, func() ([]byte, error)) (token, error) { return nil, ErrNoModules }
