package words

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

// RoleName is what somebody in a role is called.
func RoleName(r routine.Role) problem.Text {
	switch r {
	case routine.CaseOfficer:
		return problem.Text{SV: "Handläggare", EN: "Case officer"}
	case routine.Provider:
		return problem.Text{SV: "Utförarens chef", EN: "Provider's manager"}
	case routine.HealthUnit:
		return problem.Text{SV: "Sjuksköterska", EN: "Nurse"}
	case routine.Delivery:
		return problem.Text{SV: "Leverantör av inköp", EN: "Delivery firm"}
	case routine.AlarmTeam:
		return problem.Text{SV: "Larmteam", EN: "Alarm team"}
	case routine.LockManager:
		return problem.Text{SV: "HMS-tekniker", EN: "Lock technician"}
	case routine.SystemOwner:
		return problem.Text{SV: "Systemansvarig", EN: "System owner"}
	case routine.Registrar:
		return problem.Text{SV: "Registrator", EN: "Registrar"}
	case routine.Auditor:
		return problem.Text{SV: "Granskare", EN: "Auditor"}
	}
	return problem.Text{SV: string(r), EN: string(r)}
}
