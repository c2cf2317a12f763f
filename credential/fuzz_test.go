package credential_test

import (
	"bytes"
	"slices"
	"testing"

	"hemnyckel/credential"
)

// fuzz feeds a parser; what it accepts must be bounded and, re-encoded by again, the same bytes.
func fuzz[T any](f *testing.F, limit int, parse func([]byte) (T, error), again func(T) ([]byte, error), seeds ...[]byte) {
	for _, s := range append(seeds, nil, []byte{0x80}, []byte{0xa0}) {
		f.Add(s)
	}
	for _, file := range []string{"objects.json", "messages.json", "sealed.json"} { // the corpus that everybody has
		for _, v := range vectors(f, file) {
			f.Add([]byte(v.In.Bytes))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(b)
		if err != nil {
			if credential.CodeOf(err) == credential.OK {
				t.Error("an error with the code of success")
			}
			return
		}
		if len(b) > limit {
			t.Errorf("%d bytes accepted, at most %d", len(b), limit)
		}
		if again == nil {
			return
		}
		if got, err := again(v); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x accepted, and is %x, %v when encoded", b, got, err)
		}
	})
}

func encode[T any](v T) ([]byte, error) { return credential.Encode(v) }

func FuzzCertificate(f *testing.F) {
	s := newSample(f)
	fuzz(f, credential.MaxObject, credential.ParseCertificate, nil, s.stCert, s.auth.Certificate(credential.RoleDeviceCA))
}

func FuzzGrant(f *testing.F) {
	fuzz(f, credential.MaxObject, credential.ParseGrant, nil, newSample(f).grant)
}

func FuzzActivation(f *testing.F) {
	fuzz(f, credential.MaxObject, credential.ParseActivation, nil, newSample(f).activation)
}

func FuzzBlockList(f *testing.F) {
	fuzz(f, credential.MaxBlockList, credential.ParseBlockList, nil, newSample(f).blocks)
}

func FuzzLockConfig(f *testing.F) {
	fuzz(f, credential.MaxObject, credential.ParseLockConfig, nil, newSample(f).config)
}

func FuzzAck(f *testing.F) {
	fuzz(f, credential.MaxObject, credential.ParseAck, nil, newSample(f).ack)
}

// Leaves are read and written by hand: for every input as the general codec does.
func FuzzLeaves(f *testing.F) {
	f.Add([]byte{0x80})
	f.Add(must(credential.Encode(newSample(f).tree.Leaves()[:2]))(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		want, general := credential.Decode[[]credential.Leaf](b, credential.MaxMail)
		got, err := credential.Decode[credential.Leaves](b, credential.MaxMail)
		if (err == nil) != (general == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%x: got %v, %v, want %v, %v", b, got, err, want, general)
		}
		for _, l := range got {
			if raw := must(credential.Encode(l))(t); !bytes.Equal(l.Append(nil), raw) {
				t.Errorf("%+v: got %x, want %x", l, l.Append(nil), raw)
			}
		}
	})
}

func FuzzTimeToken(f *testing.F) {
	parse := func(b []byte) (credential.TimeToken, error) {
		return credential.Parse[credential.TimeToken](b, credential.MaxObject)
	}
	fuzz(f, credential.MaxObject, parse, nil, newSample(f).token)
}

func FuzzBatch(f *testing.F) {
	fuzz(f, credential.MaxBatch, credential.ParseBatch, nil, newSample(f).batch)
}

func FuzzSealedBatch(f *testing.F) {
	s := newSample(f)
	open := func(b []byte) ([]byte, error) { signed, _, err := s.auth.OpenBatch(b); return signed, err }
	fuzz(f, credential.MaxSealed, open, nil, s.sealed)
}

func FuzzRecord(f *testing.F) {
	s := newSample(f)
	b := must(credential.Encode(batchOf(s.lock, 1).Records[0]))(f)
	fuzz(f, 48, credential.ParseRecord, encode[credential.Record], b)
}

func FuzzPath(f *testing.F) {
	s := newSample(f)
	leaf, path, _ := s.tree.Find(100_300)
	g := must(credential.ParseGrant(s.grant))(f)
	f.Add(leaf, path.Index, path.Hashes)
	f.Fuzz(func(t *testing.T, b []byte, index uint32, hashes []byte) {
		got, err := credential.Path{Index: index, Hashes: hashes}.Check(g, b)
		if want, p, _ := s.tree.Find(got.Lock); err == nil && got.Lock != 0 &&
			(!bytes.Equal(b, want) || p.Index != index || !bytes.Equal(p.Hashes, hashes)) {
			t.Errorf("a leaf that is not in the tree: %+v", got)
		}
	})
}

func FuzzSyncRequest(f *testing.F) {
	fuzz(f, credential.MaxObject, credential.ParseSyncRequest, nil, newSample(f).request)
}

func FuzzMail(f *testing.F) {
	fuzz(f, credential.MaxMail, credential.DecodeMail, encode[credential.Mail], newSample(f).mail)
}

func FuzzSyncResponse(f *testing.F) {
	fuzz(f, credential.MaxMail, credential.DecodeSyncResponse, encode[credential.SyncResponse], newSample(f).response)
}

func FuzzStationMessage(f *testing.F) {
	fuzz(f, credential.MaxStationMessage, credential.DecodeStationMessage, credential.EncodeStationMessage, newSample(f).stated)
}

func FuzzEnrolment(f *testing.F) {
	auth := must(credential.NewAuthority(noon))(f)
	_, pub := holder(f)
	b := must(credential.Encode(credential.Enrolment{
		Root: auth.Root(), Certificate: must(auth.IssueKey(17, 12, pub, noon))(f), DeviceCA: auth.Certificate(credential.RoleDeviceCA),
	}))(f)
	parse := func(b []byte) (credential.Enrolment, error) {
		e, _, err := credential.DecodeEnrolment(b, pub)
		return e, err
	}
	fuzz(f, 2<<10, parse, encode[credential.Enrolment], b)
}

func FuzzPublicKey(f *testing.F) {
	_, pub := holder(f)
	f.Add(pub.String())
	f.Add("A00111001010010027102\r20010000172110121701001")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := credential.ParsePublicKey(s); err == nil && p.String() != s {
			t.Errorf("%q accepted, and is %q", s, p)
		}
	})
}
