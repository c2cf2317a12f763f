// Command hemnyckel-vectors writes the golden vectors of the protocol into a folder: what is missing there, and nothing else.
package main

import (
	"os"

	"hemnyckel/internal/program/vectors"
)

func main() {
	os.Exit(vectors.Main(os.Args[1:], os.Stdout, os.Stderr))
}
