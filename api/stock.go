package api

import "time"

// StockThing is a lock or a key that is in the lock manager's hand, or was.
type StockThing struct {
	Thing   string `json:"thing" enum:"lock,key" sv:"Sak" en:"Thing"`
	Serial  string `json:"serial" doc:"Of a key: the number that is printed on it." sv:"Serienummer" en:"Serial number"`
	Product string `json:"product" enum:"door,box,entrance,key" sv:"Produkt" en:"Product"`
	State   string `json:"state" sv:"Läge" en:"State"`
	Reason  string `json:"reason,omitempty" doc:"Why it is in that state." sv:"Skäl" en:"Reason"`
}

// StockLevels is how much there is of each product.
type StockLevels struct {
	Levels []StockLevel `json:"levels" nullable:"false"`
}

// StockLevel is how much there is of a product, and whether it runs low.
type StockLevel struct {
	Product  string `json:"product" enum:"door,box,entrance,key"`
	InStock  int    `json:"in_stock"`
	Booked   int    `json:"booked" doc:"Set aside for mounting."`
	Expected int    `json:"expected" doc:"Ordered, not arrived."`
	Minimum  int    `json:"minimum" doc:"By the profile."`
	Low      bool   `json:"low" doc:"Less is there than the minimum."`
	Missing  int    `json:"missing" doc:"How many more to order."`
}

// NewArrival is a thing that has come from a supplier.
type NewArrival struct {
	Product string `json:"product" enum:"door,box,entrance,key"`
	Serial  string `json:"serial" maxLength:"60"`
	OrderID string `json:"order_id,omitempty" maxLength:"36" doc:"The order to the supplier that it belongs to."`
}

// Received is a thing that is in stock now.
type Received struct {
	Product  string `json:"product"`
	Serial   string `json:"serial"`
	OrderID  string `json:"order_id,omitempty"`
	Repeated bool   `json:"repeated" doc:"It had been received before."`
}

// ReceivedFile is what became of a supplier's file.
type ReceivedFile struct {
	Received []Received `json:"received" nullable:"false"`
	Faults   []RowFault `json:"faults" nullable:"false" doc:"Rows that were left out."`
}

// RowFault is what is wrong with one row of a file.
type RowFault struct {
	Row    int    `json:"row" doc:"Counted from 1, without the heading."`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// ThingAct is done to one thing in stock.
type ThingAct struct {
	Thing  string `json:"thing" enum:"lock,key"`
	Serial string `json:"serial" maxLength:"60"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Needed to scrap."`
}

// NewSupply is an order to a supplier.
type NewSupply struct {
	Supplier string       `json:"supplier" maxLength:"200"`
	Lines    []SupplyLine `json:"lines" nullable:"false" maxItems:"4"`
}

// SupplyLine is how many of a product.
type SupplyLine struct {
	Product  string `json:"product" enum:"door,box,entrance,key"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"10000"`
	Arrived  int    `json:"arrived,omitempty" doc:"Ignored when sent."`
}

// SupplySent is what is known when an order has been sent.
type SupplySent struct {
	Reference string `json:"reference,omitempty" maxLength:"100" doc:"The supplier's own number."`
	Expected  string `json:"expected,omitempty" format:"date"`
}

// Supply is an order to a supplier.
type Supply struct {
	ID        string       `json:"id" sv:"Id" en:"Id"`
	Supplier  string       `json:"supplier" sv:"Leverantör" en:"Supplier"`
	Reference string       `json:"reference,omitempty" sv:"Referens" en:"Reference"`
	State     string       `json:"state" enum:"draft,sent,partly,arrived,cancelled" sv:"Läge" en:"State"`
	Lines     []SupplyLine `json:"lines" nullable:"false"`
	Created   time.Time    `json:"created" sv:"Skapad" en:"Created"`
	Sent      *time.Time   `json:"sent,omitempty" sv:"Skickad" en:"Sent"`
	Expected  *time.Time   `json:"expected,omitempty" sv:"Väntas" en:"Expected"`
	Late      bool         `json:"late" doc:"It should have come." sv:"Försenad" en:"Late"`
}

// NewWarrantyReturn sends a broken thing back to its supplier.
type NewWarrantyReturn struct {
	Thing     string `json:"thing" enum:"lock,key"`
	Serial    string `json:"serial" maxLength:"60"`
	Fault     string `json:"fault" maxLength:"500"`
	Reference string `json:"reference,omitempty" maxLength:"100"`
	Acquired  string `json:"acquired,omitempty" format:"date" doc:"When it was bought; needed where the system did not see it arrive."`
}

// WarrantyReturn is something that went back to the supplier.
type WarrantyReturn struct {
	ID          string     `json:"id" sv:"Id" en:"Id"`
	Thing       string     `json:"thing" enum:"lock,key" sv:"Sak" en:"Thing"`
	Serial      string     `json:"serial" sv:"Serienummer" en:"Serial number"`
	Fault       string     `json:"fault" sv:"Fel" en:"Fault"`
	Reference   string     `json:"reference,omitempty" sv:"Referens" en:"Reference"`
	Sent        time.Time  `json:"sent" sv:"Skickad" en:"Sent"`
	Remind      time.Time  `json:"remind" doc:"When to ask the supplier." sv:"Påminn" en:"Remind"`
	Reminders   int        `json:"reminders" sv:"Påminnelser" en:"Reminders"`
	Late        bool       `json:"late" sv:"Försenad" en:"Late"`
	Answer      string     `json:"answer,omitempty" enum:",repaired,replaced,credited,refused" sv:"Svar" en:"Answer"`
	Answered    *time.Time `json:"answered,omitempty" sv:"Besvarad" en:"Answered"`
	Replacement string     `json:"replacement,omitempty" sv:"Ersatt av" en:"Replaced by"`
}

// WarrantySettled is a supplier's answer.
type WarrantySettled struct {
	Answer      string `json:"answer" enum:"repaired,replaced,credited,refused"`
	Replacement string `json:"replacement,omitempty" maxLength:"60" doc:"Serial number of what came instead; needed by replaced."`
}
