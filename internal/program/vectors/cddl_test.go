package vectors

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// rules are the CDDL rules that describe a type of ours.
var rules = []struct {
	name string
	of   any
}{
	{"certificate", credential.Certificate{}}, {"grant", credential.Grant{}}, {"leaf", credential.Leaf{}}, {"path", credential.Path{}},
	{"activation", credential.Activation{}}, {"block-list", credential.BlockList{}}, {"version", credential.Version{}},
	{"block-entry", credential.BlockEntry{}}, {"group-generation", credential.GroupGeneration{}}, {"lock-config", credential.LockConfig{}},
	{"time-token", credential.TimeToken{}}, {"ack-tree", credential.AckTree{}}, {"ack", credential.Ack{}}, {"ack-slip", credential.AckSlip{}}, {"record", credential.Record{}}, {"log-batch", credential.LogBatch{}},
	{"sealed-batch", credential.SealedBatch{}}, {"mandate", credential.Mandate{}}, {"root-statement", credential.RootStatement{}},
	{"sync-request", credential.SyncRequest{}}, {"mail", credential.Mail{}}, {"sync-response", credential.SyncResponse{}},
	{"enrolment", credential.Enrolment{}},
	{"station-greeting", credential.StationGreeting{}}, {"station-message", credential.StationMessage{}}, {"hello", credential.Hello{}},
	{"sync-begin", credential.SyncBegin{}}, {"sync-upload", credential.SyncUpload{}}, {"sync-result", credential.SyncResult{}},
	{"activate", credential.Activate{}}, {"erase", credential.Erase{}}, {"done", credential.Done{}}, {"bye", credential.Bye{}},
	{"greeting", lockcore.Greeting{}}, {"message", lockcore.Message{}}, {"present", lockcore.Present{}}, {"verdict", lockcore.Verdict{}},
	{"open", lockcore.Open{}}, {"opened", lockcore.Opened{}}, {"down", lockcore.Down{}}, {"up", lockcore.Up{}},
	{"claim-start", lockcore.ClaimStart{}}, {"claim-identity", lockcore.ClaimIdentity{}}, {"claim-install", lockcore.ClaimInstall{}},
	{"claimed", lockcore.Claimed{}}, {"reset-start", lockcore.ResetStart{}}, {"reset-ready", lockcore.ResetReady{}},
	{"reset-fetch", lockcore.ResetFetch{}}, {"reset-records", lockcore.ResetRecords{}}, {"reset-confirm", lockcore.ResetConfirm{}},
}

// cddlType is what a type is called in the CDDL.
func cddlType(t *testing.T, r reflect.Type) string {
	t.Helper()
	named := map[reflect.Type]string{
		reflect.TypeFor[credential.Hash](): "hash", reflect.TypeFor[[16]byte](): "nonce16", reflect.TypeFor[[8]byte](): "nonce8",
		reflect.TypeFor[credential.Instant](): "time", reflect.TypeFor[credential.Window](): "window", reflect.TypeFor[credential.Zone](): "zone",
		reflect.TypeFor[[]byte](): "bytes", reflect.TypeFor[lockcore.HeadMark](): "head-mark",
		reflect.TypeFor[credential.MandatePurpose](): "purpose", reflect.TypeFor[credential.BlockKind](): "block-kind",
	}
	if name, ok := named[r]; ok {
		return name
	}
	for _, rule := range rules {
		if reflect.TypeOf(rule.of) == r {
			return rule.name
		}
	}
	switch {
	case r.Kind() == reflect.Pointer:
		return cddlType(t, r.Elem())
	case r.Kind() == reflect.Slice:
		return "[* " + cddlType(t, r.Elem()) + "]"
	case r.PkgPath() != "":
		return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(r.Name(), "$1-$2"))
	case r.Kind() == reflect.Uint8 || r.Kind() == reflect.Uint16 || r.Kind() == reflect.Uint32 || r.Kind() == reflect.Uint64 || r.Kind() == reflect.Bool:
		return r.Kind().String()
	}
	t.Fatalf("no CDDL name for %v", r)
	return ""
}

// wanted is a rule as the Go type has it, without comments.
func wanted(t *testing.T, name string, of any) string {
	r := reflect.TypeOf(of)
	var b strings.Builder
	array := false
	for i := range r.NumField() {
		f := r.Field(i)
		tag := f.Tag.Get("cbor")
		if f.Name == "_" {
			array = strings.Contains(tag, "toarray")
			continue
		}
		number, options, _ := strings.Cut(tag, ",")
		optional := ""
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			optional = "? "
		}
		if array {
			fmt.Fprintf(&b, "%s: %s ", strings.ToLower(f.Name), cddlType(t, f.Type))
		} else {
			fmt.Fprintf(&b, "%s%s => %s ", optional, number, cddlType(t, f.Type))
		}
	}
	if array {
		return fmt.Sprintf("%s = [ %s]", name, b.String())
	}
	return fmt.Sprintf("%s = { %s}", name, b.String())
}

var (
	comments = regexp.MustCompile(`;[^\n]*`)
	spaces   = regexp.MustCompile(`[\s,]+`)
)

// Every object and message that the code reads and writes is in the CDDL with the same fields, numbers, types and options, and
// nothing else is.
func TestCDDLIsTheCodes(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/protocol/hemnyckel.cddl")
	if err != nil {
		t.Fatal(err)
	}
	text := spaces.ReplaceAllString(comments.ReplaceAllString(string(raw), ""), " ")
	for _, rule := range rules {
		if want := wanted(t, rule.name, rule.of); !strings.Contains(text, " "+want+" ") {
			t.Errorf("the CDDL lacks, or has otherwise:\n%s", strings.ReplaceAll(strings.ReplaceAll(want, " ? ", "\n  ? "), "=> ", "=> "))
		}
	}
	if got := strings.Count(text, " = { ") + strings.Count(text, " = [ "); got != len(rules)+fixedRules {
		t.Errorf("the CDDL has %d maps and arrays, the code %d: one of them has more", got-fixedRules, len(rules))
	}
}

// fixedRules are those of no struct: COSE_Sign1, the zone, and what is signed for possession.
const fixedRules = 3
