package clients

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/edge/portal/ui"
)

func purposeName(p receipt.Purpose) problem.Text {
	switch p {
	case receipt.InBox:
		return problem.Text{SV: "Nyckel i nyckelgömman", EN: "Key in the key box"}
	case receipt.Waiting:
		return problem.Text{SV: "Nyckel tills ett lås är monterat", EN: "Key until a lock is mounted"}
	case receipt.Spare:
		return problem.Text{SV: "Reservnyckel", EN: "Spare key"}
	}
	return problem.Text{SV: string(p), EN: string(p)}
}

func holderName(v ui.View, k casework.KeyOut) string {
	switch k.Holder.Kind {
	case receipt.Client:
		return v.T(problem.Text{SV: "kunden", EN: "the client"})
	case receipt.LockManager:
		return v.T(problem.Text{SV: "låsförvaltaren", EN: "the lock manager"})
	case receipt.AlarmUnit:
		return v.T(problem.Text{SV: "larmenheten", EN: "the alarm unit"})
	}
	return k.HolderName
}
