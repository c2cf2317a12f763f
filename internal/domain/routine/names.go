package routine

import "strings"

// Name is what people call a kind of order.
func (k OrderKind) Name() (sv, en string) {
	switch k {
	case AlarmGranted:
		return "larm beviljat", "alarm granted"
	case AlarmRenounced:
		return "larm avsagt", "alarm renounced"
	case HomeCareGranted:
		return "hemtjänst beviljad, ny kund", "home care granted, new client"
	case HomeCareEnded:
		return "hemtjänst avslutad", "home care ended"
	case ProviderChanged:
		return "byte av utförare", "change of provider"
	case NeedsLock:
		return "behöver lås", "needs a lock"
	case OpensSelf:
		return "öppnar själv", "opens the door"
	case InEffect:
		return "kunden verkställd hos utföraren", "client in effect on the provider"
	case ShoppingGranted:
		return "inköp beviljat", "shopping granted"
	case ShoppingEnded:
		return "inköp avslutat", "shopping ended"
	case HealthStarted:
		return "hälso- och sjukvård påbörjad", "health care started"
	case HealthEnded:
		return "hälso- och sjukvård avslutad", "health care ended"
	case Died:
		return "avliden", "died"
	case Moved:
		return "flyttar", "moves"
	case LockEnds:
		return "lås ska upphöra", "lock shall end"
	case MountOrder:
		return "montering", "mounting"
	case DismountOrder:
		return "nedmontering", "dismounting"
	case ServiceOrder:
		return "service av lås", "service of a lock"
	}
	return string(k), string(k)
}

// opens is whose keys open doors because of a service.
func (k ServiceKind) opens() (sv, en string) {
	switch k {
	case HomeCare:
		return "Hemtjänsten kan öppna kundernas dörrar", "Home care can open clients' doors"
	case Health:
		return "Hälso- och sjukvården kan öppna kundernas dörrar", "Health care can open clients' doors"
	case Shopping:
		return "Utförare av inköp kan öppna kundernas dörrar", "The delivery firm can open clients' doors"
	}
	return string(k), string(k)
}

func (k GroupKind) name() (sv, en string) {
	switch k {
	case HomeCareGroup:
		return "hemtjänstgrupp", "home-care group"
	case RuralGroup:
		return "landsbygdsgrupp", "rural group"
	case AlarmGroup:
		return "larmgrupp", "alarm group"
	case HealthGroup:
		return "hälso- och sjukvård", "health unit"
	case ShoppingGroup:
		return "utförare av inköp", "delivery firm"
	}
	return string(k), string(k)
}

// FailureName is what people call a failure, by what the municipality opens doors with.
func (p Profile) FailureName(f Failure) (sv, en string) {
	phones := p.Technology.Phones && !p.Technology.Keys
	switch f {
	case FailedLock:
		if p.Technology.KeyBoxes {
			return "Låset eller nyckelgömman fungerar inte", "The lock or key box does not work"
		}
		return "Låset fungerar inte", "The lock does not work"
	case FailedKey:
		if phones {
			return "Mobilen öppnar inte låset", "The phone does not open the lock"
		}
		return "Nyckeln fungerar inte", "The key does not work"
	case LostKey:
		if phones {
			return "En mobil är borta", "A phone is lost"
		}
		return "En nyckel är borta", "A key is lost"
	case FailedStation:
		return "Synkstationen fungerar inte", "The sync station does not work"
	case PowerCut:
		return "Strömavbrott", "Power cut"
	case Extraordinary:
		return "Extraordinär händelse utanför kontorstid", "Extraordinary event outside office hours"
	}
	return string(f), string(f)
}

// RetentionName is what people call a kind of records that is kept for a time; "journal" is what is left of the log.
func RetentionName(kind string) (sv, en string) {
	switch kind {
	case "receipts":
		return "Nyckelkvittenser", "Key receipts"
	case "consents":
		return "Samtycken", "Consents"
	case "orders":
		return "Beställningar och uppgifter", "Orders and tasks"
	case "clients":
		return "Kunder", "Clients"
	case "door-log":
		return "Dörrarnas logg", "The doors' log"
	case "disclosures":
		return "Utlämnanden ur loggen", "Disclosures from the log"
	case "charges":
		return "Debiteringar", "Charges"
	case "faults":
		return "Felanmälningar", "Fault reports"
	case "journal":
		return "Loggen i övrigt", "The rest of the log"
	}
	return kind, kind
}

// Text is when a crisis step's schedule is open, in words: "NAME" by its hours, "not:NAME" as other hours, "" as always.
func (h Hours) Text(name, language string) string {
	words := map[string]string{"": "alltid", "other": "annan tid än "}
	if language == "en" {
		words = map[string]string{"": "always", "other": "other hours than "}
	}
	if name == "" {
		return words[""]
	}
	if other, not := strings.CutPrefix(name, "not:"); not {
		return words["other"] + h[other].Text(language)
	}
	return h[name].Text(language)
}
