package demo

import (
	"encoding/json"
	"os"
)

// Parts are what somebody needs who plays on by hand when the day is over: carry a key to a station, hold it to a door.
type Parts struct {
	Keys     map[string]KeyPart `json:"keys"` // by role in the story
	Stations []StationPart      `json:"stations"`
	Doors    []DoorPart         `json:"doors"`
}

// KeyPart is a key and the made-up person who has it.
type KeyPart struct {
	Number string `json:"number"`
	State  string `json:"state"` // file
	Badge  string `json:"badge"`
	PIN    string `json:"pin"`
}

// StationPart is a station's addresses.
type StationPart struct {
	Address string `json:"address"`
	Panel   string `json:"panel"`
}

// DoorPart is a lock and its address.
type DoorPart struct {
	Serial  string `json:"serial"`
	Address string `json:"address"`
}

// WriteParts writes the parts as JSON into a file that only its owner may read.
func (d *Day) WriteParts(path string) error {
	out := Parts{Keys: map[string]KeyPart{}}
	for role, k := range d.cast.keys {
		p := d.cast.staff[role]
		out.Keys[role] = KeyPart{k.number, k.state, p.badge, p.pin}
	}
	for _, s := range d.stations {
		out.Stations = append(out.Stations, StationPart{s.child.first[0], s.child.first[1]})
	}
	for _, at := range d.cast.doors {
		if at.device != nil {
			out.Doors = append(out.Doors, DoorPart{at.serial, at.device.first[0]})
		}
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
