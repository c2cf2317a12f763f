package journal_test

import (
	"testing"

	"hemnyckel/internal/domain/journal/journaltest"
)

func TestMemory(t *testing.T) { journaltest.Run(t, journaltest.NewMemory) }

// More entries than one transaction of Integrate takes, so that it is also cut off between two.
func TestFaultsBetweenBatches(t *testing.T) { journaltest.Faults(t, journaltest.NewMemory, 260) }
