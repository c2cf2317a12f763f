package bench

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

// stolen is how long this machine's processors, together and since it started, had work to do while their host ran
// somebody else's: "steal" of the first line of Linux's /proc/stat, counted in hundredths of a second. It is 0 where no
// host takes anything, and where it cannot be known.
func stolen() time.Duration {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0
	}
	defer f.Close()
	line, _ := bufio.NewReader(f).ReadString('\n')
	var user, nice, system, idle, iowait, irq, softirq, steal int64
	if n, _ := fmt.Sscanf(line, "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal); n < 8 {
		return 0
	}
	return time.Duration(steal) * 10 * time.Millisecond
}
