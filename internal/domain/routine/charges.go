package routine

// Cause is why something broke or somebody was called out, as a person has established it.
type Cause string

// The causes.
const (
	CauseUnknown  Cause = ""
	CauseWear     Cause = "wear"
	CauseBattery  Cause = "battery"
	CauseSupplier Cause = "supplier"
	CauseHandling Cause = "handling"   // handhavandefel
	CauseNeglect  Cause = "negligence" // uppenbar oaktsamhet
)

// CostKind is what costs something.
type CostKind string

// What costs something (V6).
const (
	CostBasicEquipment  CostKind = "basic-equipment"
	CostBrokenLock      CostKind = "broken-lock"
	CostBrokenKey       CostKind = "broken-key"
	CostBrokenEquipment CostKind = "broken-equipment" // station or cabinet
	CostExtraKey        CostKind = "extra-key"        // beyond the basic equipment
	CostMove            CostKind = "move"             // of cabinet, station or cable to other premises
	CostCallOut         CostKind = "call-out"         // the lock manager's, urgent
	CostOnCallPhone     CostKind = "on-call-phone"
	CostOnCallVisit     CostKind = "on-call-visit"
	CostClientLock      CostKind = "client-lock" // the lock itself, at the client's door
)

// Payer is who bears a cost.
type Payer string

// The payers. Never the client (S-n).
const (
	MunicipalityPays Payer = "municipality"
	ProviderPays     Payer = "provider"
	AlarmTeamPays    Payer = "alarm-team"
)

// CostFacts are what decides who pays.
type CostFacts struct {
	Kind     CostKind
	Cause    Cause
	HomeCare bool // the client has home care (call-outs: otherwise an alarm only)
}

// Cost is what a rule proposes; a person decides (V6-e).
type Cost struct {
	Payer  Payer
	Amount int    // kronor, each; 0 with AtCost: what it really cost
	AtCost bool   // there is no fixed price
	Rule   string // requirement ID
}

// Charge proposes who bears a cost, how much, and by which rule (V6-a..d, V2.2-d, S-n). What the profile sets no price on
// costs nobody but the municipality anything.
func Charge(p Profile, f CostFacts) Cost {
	neglect := f.Cause == CauseNeglect
	fault := neglect || f.Cause == CauseHandling
	switch f.Kind {
	case CostBrokenKey:
		if neglect {
			return priced(ProviderPays, p.Prices.KeyNegligence, RuleKeyNegligence)
		}
	case CostBrokenLock, CostBrokenEquipment:
		if neglect {
			return p.atCost(RuleProviderBears)
		}
	case CostExtraKey, CostMove:
		return p.atCost(RuleProviderBears)
	case CostCallOut:
		if fault && f.HomeCare {
			return priced(ProviderPays, p.Prices.HandlingCallOut, RuleCallOut)
		}
		if fault {
			return priced(AlarmTeamPays, p.Prices.HandlingCallOut, RuleCallOut)
		}
	case CostOnCallPhone:
		return onCall(fault, p.Prices.OnCallPhone)
	case CostOnCallVisit:
		return onCall(fault, p.Prices.OnCallVisit)
	case CostClientLock:
		return Cost{Payer: MunicipalityPays, AtCost: true, Rule: RuleFree}
	}
	return Cost{Payer: MunicipalityPays, AtCost: true, Rule: RuleMunicipalityBears}
}

// priced is a price of the profile; without one the municipality bears the cost.
func priced(by Payer, kronor int, rule string) Cost {
	if kronor == 0 {
		return Cost{Payer: MunicipalityPays, AtCost: true, Rule: RuleMunicipalityBears}
	}
	return Cost{Payer: by, Amount: kronor, Rule: rule}
}

// atCost is what a provider bears at cost, where the profile says so.
func (p Profile) atCost(rule string) Cost {
	if !p.Prices.Extras {
		return Cost{Payer: MunicipalityPays, AtCost: true, Rule: RuleMunicipalityBears}
	}
	return Cost{Payer: ProviderPays, AtCost: true, Rule: rule}
}

// onCall is the supplier's own price: it is paid whoever bears it.
func onCall(fault bool, kronor int) Cost {
	c := Cost{Payer: MunicipalityPays, Amount: kronor, AtCost: kronor == 0, Rule: RuleOnCall}
	if fault && kronor > 0 {
		c.Payer = ProviderPays
	}
	return c
}
