// Command hemnyckel is the whole system: server, sync station, lock and key simulators, and the commands around them.
package main

import (
	"os"
	_ "time/tzdata" // a machine without zone files has midnights too

	"hemnyckel/internal/program/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
