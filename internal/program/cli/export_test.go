package cli

import "io"

// QuickMain is Main with passphrases that cost next to nothing. It is in no program but the tests'.
func QuickMain(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return run(args, stdin, stdout, stderr, 4)
}
