// Command pgcluster runs a command with a temporary PostgreSQL beside it, so that many test processes share one:
//
//	go run ./internal/storage/storagetest/pgcluster -- go test ./...
//
// The command finds the server's URL in HEMNYCKEL_TEST_POSTGRES, and in HEMNYCKEL_KEYS a folder for keys. Without a command the URL is printed and the server runs
// until standard input is closed.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"hemnyckel/internal/storage/storagetest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgcluster:", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	cluster, err := storagetest.StartHastyCluster()
	if err != nil {
		return 1, err
	}
	defer cluster.Stop()
	if len(args) == 0 {
		fmt.Println(cluster.URL("postgres"))
		io.Copy(io.Discard, os.Stdin)
		return 0, nil
	}
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), storagetest.Variable+"="+cluster.URL("postgres"))
	if os.Getenv(storagetest.KeysVariable) == "" {
		command.Env = append(command.Env, storagetest.KeysVariable+"="+cluster.Keys())
	}
	err = command.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
