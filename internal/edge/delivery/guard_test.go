package delivery

import (
	"net/netip"
	"testing"
)

func TestMayDial(t *testing.T) {
	allowed := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "[2a00:1450::1]:443": true, "10.1.2.3:443": true, "[::ffff:10.1.2.3]:443": true,
		"10.2.0.1:443": false, "127.0.0.1:80": false, "[::1]:80": false, "169.254.169.254:80": false, "192.168.0.1:443": false,
		"172.16.0.1:443": false, "100.64.0.1:443": false, "0.0.0.0:80": false, "[::]:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		"[fe80::1]:80": false, "[fe80::1%eth0]:80": false, "[fd00::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"example.se:443": false, "": false,
	} {
		if got := mayDial(allowed, address) == nil; got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}
