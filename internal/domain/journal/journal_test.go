package journal_test

import (
	"testing"

	"hemnyckel/internal/domain/journal/journaltest"
)

func TestMemory(t *testing.T) { journaltest.Run(t, journaltest.NewMemory) }
