// The peers' libraries are measured, not used: they stay out of the main module.
module hemnyckel/bench/peers

go 1.26.0

require (
	github.com/biscuit-auth/biscuit-go/v2 v2.2.0
	github.com/fxamacker/cbor/v2 v2.9.6
	github.com/golang-jwt/jwt/v5 v5.2.2
	github.com/veraison/go-cose v1.3.0
	golang.org/x/crypto v0.58.0
	hemnyckel v0.0.0
)

require (
	github.com/alecthomas/participle/v2 v2.0.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	google.golang.org/protobuf v1.31.0 // indirect
)

replace hemnyckel => ../..
