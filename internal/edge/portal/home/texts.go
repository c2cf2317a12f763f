package home

import (
	"hemnyckel/internal/base/problem"
)

var (
	tStartTitle   = problem.Text{SV: "God dag, %s", EN: "Hello, %s"}
	tStartLead    = problem.Text{SV: "Läget %s.", EN: "The state of %s."}
	tNowNeeds     = problem.Text{SV: "Just nu", EN: "Right now"}
	tOneTask      = problem.Text{SV: "öppen uppgift", EN: "open task"}
	tOneDue       = problem.Text{SV: "nyckel behöver synkas", EN: "key needs to sync"}
	tOneBlocked   = problem.Text{SV: "spärrad nyckel", EN: "blocked key"}
	tCountTasks   = problem.Text{SV: "öppna uppgifter", EN: "open tasks"}
	tCountLate    = problem.Text{SV: "varav försenade: %s", EN: "of them late: %s"}
	tCountNoLate  = problem.Text{SV: "Ingen är försenad", EN: "None is late"}
	tCountDue     = problem.Text{SV: "nycklar behöver synkas", EN: "keys need to sync"}
	tCountDueD    = problem.Text{SV: "Giltigheten är slut eller tar slut inom ett dygn", EN: "Validity has ended or ends within a day"}
	tCountBlocked = problem.Text{SV: "spärrade nycklar", EN: "blocked keys"}
	tCountOfKeys  = problem.Text{SV: "av %s nycklar", EN: "of %s keys"}
	tCheckpoint   = problem.Text{SV: "Loggens signerade huvud", EN: "The journal's signed checkpoint"}
	tToLog        = problem.Text{SV: "Öppna loggen", EN: "Open the journal"}
)
