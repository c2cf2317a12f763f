// Command hemnyckel-bench measures the system, each figure next to its raw limit from the same run.
package main

import (
	"os"
	_ "time/tzdata" // a machine without zone files has midnights too

	"hemnyckel/internal/program/bench"
)

func main() {
	os.Exit(bench.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
