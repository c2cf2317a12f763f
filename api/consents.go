package api

import "time"

// Owner is who owns properties, for [Client.AddOwner].
type Owner struct {
	Kind         string `json:"kind" enum:"person,company,association" doc:"association is a housing co-operative or the like." sv:"Slag" en:"Kind"`
	Name         string `json:"name" maxLength:"200" sv:"Namn" en:"Name"`
	Organisation string `json:"organisation,omitempty" doc:"Organisation number; never a person's number." sv:"Organisationsnummer" en:"Organisation number"`
	Contact      string `json:"contact,omitempty" sv:"Kontaktperson" en:"Contact"`
	Phone        string `json:"phone,omitempty" sv:"Telefon" en:"Phone"`
	Mail         string `json:"mail,omitempty" sv:"E-post" en:"Mail"`
	Street       string `json:"street,omitempty" doc:"Where letters go." sv:"Gata" en:"Street"`
	PostalCode   string `json:"postal_code,omitempty" sv:"Postnummer" en:"Postal code"`
	Town         string `json:"town,omitempty" sv:"Ort" en:"Town"`
	Protected    bool   `json:"protected,omitempty" doc:"Protected identity: not in lists unless asked for, not named in letters, which go by way of the tax agency." sv:"Skyddad identitet" en:"Protected identity"`
}

// StoredOwner is an owner with an id.
type StoredOwner struct {
	ID string `json:"id" sv:"Id" en:"Id"`
	Owner
}

// Address is a street address: one house.
type Address struct {
	Street string `json:"street" maxLength:"200"`
	Town   string `json:"town" maxLength:"200"`
}

// Property is what is owned: addresses, which cover the dwellings there.
type Property struct {
	Designation string    `json:"designation,omitempty" doc:"Such as Lotsen 3."`
	Addresses   []Address `json:"addresses" nullable:"false"`
	Owners      []string  `json:"owners" nullable:"false" doc:"Ids. Letters go to the first."`
}

// StoredProperty is a property with an id.
type StoredProperty struct {
	ID string `json:"id"`
	Property
}

// House is an address in the list of properties.
type House struct {
	PropertyID  string `json:"property_id" sv:"Fastighetens id" en:"Property's id"`
	Street      string `json:"street" sv:"Gata" en:"Street"`
	Town        string `json:"town" sv:"Ort" en:"Town"`
	Designation string `json:"designation,omitempty" sv:"Fastighetsbeteckning" en:"Designation"`
}

// Standing says where the houses of a property stand.
type Standing struct {
	Houses []HouseStanding `json:"houses" nullable:"false"`
}

// HouseStanding says where a house stands for one thing.
type HouseStanding struct {
	Address
	Thing   string   `json:"thing" enum:"door,box,entrance"`
	Answer  string   `json:"answer" enum:"unknown,requested,given,refused,withdrawn" doc:"given when one owner agrees: that is enough."`
	Rests   string   `json:"rests_on,omitempty" doc:"The consent that it rests on."`
	Against []string `json:"against" nullable:"false" doc:"Consents by which other owners have said no. They undo nothing."`
}

// ConsentAnswer is what an owner says.
type ConsentAnswer struct {
	Answer  string         `json:"answer" enum:"given,refused,withdrawn" doc:"withdrawn is set by withdrawing."`
	How     string         `json:"how" enum:"written,oral"`
	HeardBy string         `json:"heard_by,omitempty" doc:"Of an oral answer: who heard it."`
	Date    string         `json:"date" format:"date"`
	From    string         `json:"from,omitempty" format:"date" doc:"A yes holds from that day; from the answer's own if it is not said."`
	Until   string         `json:"until,omitempty" format:"date" doc:"The first day on which a yes no longer holds."`
	Things  []string       `json:"things,omitempty" enum:"door,box,entrance" doc:"A yes to these only."`
	Doors   []ConsentPlace `json:"doors,omitempty" doc:"It speaks of these doors and houses only."`
	Note    string         `json:"note,omitempty" maxLength:"1000"`
}

// ConsentPlace is a door that a partial consent speaks of; without an apartment, the whole house.
type ConsentPlace struct {
	Street    string `json:"street"`
	Town      string `json:"town"`
	Apartment string `json:"apartment,omitempty"`
}

// NewConsent is an answer that came without a letter.
type NewConsent struct {
	OwnerID    string   `json:"owner_id"`
	Everything bool     `json:"everything,omitempty" doc:"For all that the owner owns, later on too. Else name the properties."`
	Properties []string `json:"properties,omitempty"`
	ConsentAnswer
}

// Withdrawal is an owner's change of mind.
type Withdrawal struct {
	How     string `json:"how" enum:"written,oral"`
	HeardBy string `json:"heard_by,omitempty"`
	Date    string `json:"date" format:"date"`
	Note    string `json:"note,omitempty" maxLength:"1000"`
}

// SlipReply is what stands on a letter's reply slip.
type SlipReply struct {
	Everything bool `json:"everything,omitempty" doc:"A yes for all that the owner owns, not only what the letter was about."`
	ConsentAnswer
}

// Diary is a reference in the municipality's diary.
type Diary struct {
	Diary string `json:"diary" maxLength:"200"`
}

// Consent is one owner's answer.
type Consent struct {
	ID         string         `json:"id" sv:"Id" en:"Id"`
	OwnerID    string         `json:"owner_id" sv:"Ägarens id" en:"Owner's id"`
	Everything bool           `json:"everything" sv:"Gäller allt" en:"Everything"`
	Properties []string       `json:"properties,omitempty" sv:"Fastigheter" en:"Properties"`
	Answer     string         `json:"answer" enum:"unknown,requested,given,refused,withdrawn" sv:"Svar" en:"Answer"`
	How        string         `json:"how,omitempty" sv:"Sätt" en:"How"`
	HeardBy    string         `json:"heard_by,omitempty" sv:"Mottaget av" en:"Heard by"`
	Date       string         `json:"date,omitempty" format:"date" sv:"Dag" en:"Day"`
	From       string         `json:"from,omitempty" format:"date" sv:"Gäller från" en:"From"`
	Until      string         `json:"until,omitempty" format:"date" sv:"Gäller till" en:"Until"`
	Things     []string       `json:"things,omitempty" sv:"Endast" en:"Only"`
	Doors      []ConsentPlace `json:"doors,omitempty"`
	Partial    bool           `json:"partial" sv:"Delvis" en:"Partial"`
	Note       string         `json:"note,omitempty" sv:"Anteckning" en:"Note"`
	Diary      string         `json:"diary,omitempty" sv:"Diarienummer" en:"Diary"`
	HandoverID string         `json:"handover_id,omitempty" sv:"Lista till diariet" en:"List for the diary"`
	Paper      bool           `json:"paper" doc:"There is a scanned paper." sv:"Inskannad" en:"Scanned"`
	Recorded   *time.Time     `json:"recorded,omitempty" sv:"Registrerat" en:"Recorded"`
}

// NewLetters says whose owners to write to: of properties, of a street, or one owner about all that is theirs.
type NewLetters struct {
	Properties []string `json:"properties,omitempty"`
	Street     string   `json:"street,omitempty"`
	Town       string   `json:"town,omitempty"`
	OwnerID    string   `json:"owner_id,omitempty"`
	Language   string   `json:"language,omitempty" enum:"sv,en"`
}

// LetterJob is a number of letters that are being made.
type LetterJob struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind" enum:"consent-request,consent-reminder"`
	Wanted   int       `json:"wanted" doc:"Letters to make."`
	Made     int       `json:"made"`
	Skipped  int       `json:"skipped" doc:"No longer needed when their turn came."`
	Finished bool      `json:"finished" doc:"The letters can be printed."`
	Started  time.Time `json:"started"`
}

// Letter is one letter.
type Letter struct {
	ID        string     `json:"id" sv:"Id" en:"Id"`
	Code      string     `json:"code" doc:"On the letter and its slip." sv:"Ärende" en:"Case"`
	Kind      string     `json:"kind" sv:"Slag" en:"Kind"`
	OwnerID   string     `json:"owner_id" sv:"Ägarens id" en:"Owner's id"`
	ConsentID string     `json:"consent_id" sv:"Samtyckets id" en:"Consent's id"`
	About     []string   `json:"about" nullable:"false" sv:"Adresser" en:"Addresses"`
	Made      time.Time  `json:"made" sv:"Skapat" en:"Made"`
	Remind    *time.Time `json:"remind,omitempty" doc:"When it is to be followed up." sv:"Följs upp" en:"Follow up"`
}

// LetterCase is what the code of a letter brings up.
type LetterCase struct {
	Letter  Letter  `json:"letter"`
	Consent Consent `json:"consent"`
}

// Handover is a list of answers that went to the registrar.
type Handover struct {
	ID     string    `json:"id" sv:"Id" en:"Id"`
	Number string    `json:"number" sv:"Nummer" en:"Number"`
	Made   time.Time `json:"made" sv:"Skapad" en:"Made"`
}

// ClientAnswer is what a client with nothing but an alarm said when asked about a lock.
type ClientAnswer struct {
	PersonalNumber string `json:"personal_number"`
	Agrees         bool   `json:"agrees"`
	AskedBy        string `json:"asked_by" maxLength:"200"`
	How            string `json:"how,omitempty" maxLength:"200" doc:"On the phone, at a visit."`
}

// Agreement is what a client has agreed to. It is no consent to processing of personal data.
type Agreement struct {
	ClientID string    `json:"client_id"`
	Basis    string    `json:"basis" enum:"application,asked"`
	Agrees   bool      `json:"agrees"`
	At       time.Time `json:"at"`
}
