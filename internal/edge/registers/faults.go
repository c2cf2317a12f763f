package registers

import (
	"strings"

	"hemnyckel/internal/base/problem"
)

var (
	noteColumn = problem.Text{
		SV: "Kolumnen används inte och lämnas åt sidan.",
		EN: "The column is not used and is left aside."}
	noteTable = problem.Text{
		SV: "Namnet är inget av registrens och lämnas åt sidan.",
		EN: "The name is none of the registers' and is left aside."}
)

// text returns the sentence of a fault's code, with the cell quoted where that helps and gives no person away.
func text(code, cell string) problem.Text {
	t, ok := sentence(code)
	if !ok {
		panic("registers: no sentence for " + code)
	}
	cell = short(cell)
	return problem.Text{SV: strings.ReplaceAll(t.SV, "{}", "”"+cell+"”"), EN: strings.ReplaceAll(t.EN, "{}", "“"+cell+"”")}
}

// sentence is the list of the faults' codes and what each tells a person: what is wrong and what to do.
func sentence(code string) (problem.Text, bool) {
	of := func(sv, en string) (problem.Text, bool) { return problem.Text{SV: sv, EN: en}, true }
	switch code {
	case "row-too-long":
		return of("Raden är längre än 64 kB. Kontrollera att radbrytningarna finns kvar och att inget citattecken saknas.",
			"The row is longer than 64 kB. Check that the line breaks are still there and that no quotation mark is missing.")
	case "row-nul":
		return of("Raden innehåller ett nolltecken. Filen är skadad eller ingen textfil; exportera på nytt.",
			"The row holds a NUL character. The file is damaged or not text; export it anew.")
	case "row-encoding":
		return of("Raden har tecken som inte går att läsa. Spara filen som UTF-8 eller windows-1252.",
			"The row has characters that cannot be read. Save the file as UTF-8 or windows-1252.")
	case "row-quote-unclosed":
		return of("Ett citattecken öppnas i raden men stängs inte rätt. Stäng det eller dubblera citattecken inne i texten.",
			"A quotation mark opens in the row but does not close properly. Close it, or double quotation marks within the text.")
	case "row-columns":
		return of("Raden har inte lika många celler som rubrikraden. Kontrollera skiljetecknen; text som innehåller dem ska stå inom citattecken.",
			"The row does not have as many cells as the header. Check the delimiters; text that contains them must be quoted.")

	case "cell-too-long":
		return of("Cellen är längre än 500 tecken, vilket ingen uppgift i registret är. Kontrollera exporten och korta texten.",
			"The cell is longer than 500 characters, which nothing in the register is. Check the export and shorten the text.")

	case "provider-orgnr-invalid", "group-orgnr-invalid":
		return of("Organisationsnumret {} är inte giltigt. Kontrollera det mot avtalet eller Bolagsverket och skriv NNNNNN-NNNN.",
			"The organisation number {} is not valid. Check it against the contract or the companies register and write NNNNNN-NNNN.")
	case "provider-name-missing":
		return of("Utföraren saknar namn. Fyll i namnet.", "The provider has no name. Fill it in.")
	case "provider-regime-unknown":
		return of("Regin {} är okänd. Skriv kommunal eller privat.", "The regime {} is unknown. Write kommunal or privat.")
	case "provider-twice":
		return of("Utföraren finns redan i en tidigare, likadan rad. Ta bort den här raden.",
			"The provider is already in an earlier, identical row. Remove this row.")
	case "provider-conflict":
		return of("Utföraren finns redan i en tidigare rad med andra uppgifter; den första gäller. Rätta och behåll en rad.",
			"The provider is already in an earlier row with other particulars; the first applies. Correct and keep one row.")

	case "group-id-missing":
		return of("Gruppen saknar beteckning. Fyll i kolumnen grupp.", "The group has no identifier. Fill in the column grupp.")
	case "group-name-missing":
		return of("Gruppen saknar namn. Fyll i namnet.", "The group has no name. Fill it in.")
	case "group-unknown-provider":
		return of("Utföraren {} finns inte i utforare, eller så är dess rad där fel. Lägg till eller rätta utföraren.",
			"The provider {} is not in utforare, or its row there is wrong. Add or correct the provider.")
	case "group-kind-unknown":
		return of("Typen {} är okänd. Skriv hemtjänst, landsbygd, trygghet, hsv eller inköp.",
			"The kind {} is unknown. Write hemtjänst, landsbygd, trygghet, hsv or inköp.")
	case "group-max-invalid":
		return of("{} är inget antal medarbetare. Skriv hur många som arbetar samma dag som mest, till exempel 12.",
			"{} is no number of staff. Write how many work in one day at most, such as 12.")
	case "group-twice":
		return of("Gruppen {} finns redan i en tidigare, likadan rad. Ta bort den här raden.",
			"The group {} is already in an earlier, identical row. Remove this row.")
	case "group-conflict":
		return of("Gruppen {} finns redan i en tidigare rad med andra uppgifter; den första gäller. Rätta och behåll en rad.",
			"The group {} is already in an earlier row with other particulars; the first applies. Correct and keep one row.")
	}
	if t, ok := clientSentence(code, of); ok {
		return t, true
	}
	return equipmentSentence(code, of)
}

type sentenceOf = func(sv, en string) (problem.Text, bool)

func clientSentence(code string, of sentenceOf) (problem.Text, bool) {
	switch code {
	case "client-postal-code-invalid":
		return of("Postnumret {} är inte giltigt. Skriv fem siffror, till exempel 123 45.",
			"The postal code {} is not valid. Write five digits, such as 123 45.")
	case "client-twice":
		return of("Kunden finns redan i en tidigare, likadan rad. Ta bort den här raden.",
			"The client is already in an earlier, identical row. Remove this row.")
	case "client-conflict":
		return of("Kunden finns redan i en tidigare rad med andra uppgifter; den första gäller. Ta reda på vad som är rätt och behåll en rad.",
			"The client is already in an earlier row with other particulars; the first applies. Find out what is right and keep one row.")
	case "client-personnummer-invalid", "service-personnummer-invalid", "lock-personnummer-invalid":
		return of("Personnumret är inte giltigt. Kontrollera det mot folkbokföringen.",
			"The personal identity number is not valid. Check it against the population register.")

	case "service-unknown-client", "lock-unknown-client":
		return of("Personen finns inte i kunder, eller så är kundens rad där fel. Lägg till eller rätta kunden.",
			"The person is not in kunder, or the client's row there is wrong. Add or correct the client.")
	case "service-kind-unknown":
		return of("Insatsen {} är okänd. Skriv larm, hemtjänst, hsv eller inköp.",
			"The service {} is unknown. Write larm, hemtjänst, hsv or inköp.")
	case "service-unknown-group", "staff-unknown-group", "key-unknown-group":
		return of("Gruppen {} finns inte i grupper, eller så är gruppens rad där fel. Rätta beteckningen eller lägg till gruppen.",
			"The group {} is not in grupper, or its row there is wrong. Correct the identifier or add the group.")
	case "service-group-wrong-kind":
		return of("Gruppen {} utför inte den insatsen: larm hör till trygghet eller landsbygd, hemtjänst till hemtjänst eller landsbygd, hsv till hsv och inköp till inköp. Rätta gruppen, insatsen eller gruppens typ.",
			"The group {} does not carry out that service: larm belongs to trygghet or landsbygd, hemtjänst to hemtjänst or landsbygd, hsv to hsv and inköp to inköp. Correct the group, the service or the group's kind.")
	case "service-date-invalid", "staff-date-invalid", "lock-date-invalid", "key-date-invalid", "consent-date-invalid":
		return of("Datumet {} saknas, finns inte i kalendern eller går inte att läsa. Skriv det som ÅÅÅÅ-MM-DD.",
			"The date {} is missing, does not exist in the calendar or cannot be read. Write it as YYYY-MM-DD.")
	case "service-ends-before-start":
		return of("Insatsen slutar ({}) innan den börjar. Rätta datumet i från eller till.",
			"The service ends ({}) before it begins. Correct the date in från or till.")
	case "staff-ends-before-start":
		return of("Tiden i gruppen slutar ({}) innan den börjar. Rätta datumet i från eller till.",
			"The time in the group ends ({}) before it begins. Correct the date in från or till.")
	case "service-answer-invalid":
		return of("Svaret {} går inte att tyda. Skriv ja eller nej.", "The answer {} cannot be understood. Write ja or nej.")
	case "service-twice":
		return of("Insatsen finns redan i en tidigare, likadan rad. Ta bort den här raden.",
			"The service is already in an earlier, identical row. Remove this row.")
	case "service-conflict":
		return of("Samma insats hos samma grupp från samma dag finns redan i en tidigare rad med andra uppgifter; den första gäller. Behåll en rad.",
			"The same service from the same group and day is already in an earlier row with other particulars; the first applies. Keep one row.")
	}
	return problem.Text{}, false
}

func equipmentSentence(code string, of sentenceOf) (problem.Text, bool) {
	switch code {
	case "lock-serial-missing":
		return of("Låset saknar serienummer. Läs av det på låset och fyll i.", "The lock has no serial number. Read it off the lock and fill it in.")
	case "lock-serial-twice":
		return of("Serienumret {} finns redan i en tidigare rad; den första gäller. Läs av låsen och rätta det ena numret.",
			"The serial number {} is already in an earlier row; the first applies. Read the locks and correct one of the numbers.")
	case "lock-kind-unknown":
		return of("Låstypen {} är okänd. Skriv duo, gömma eller port.", "The kind of lock {} is unknown. Write duo, gömma or port.")
	case "lock-status-unknown":
		return of("Låsets status {} är okänd. Skriv lager, bokad, monterad, demonterad, garanti eller skrotad.",
			"The lock's status {} is unknown. Write lager, bokad, monterad, demonterad, garanti or skrotad.")
	case "lock-unknown-entrance":
		return of("Porten {} finns inte hos någon kund i kunder. Rätta portens namn eller kundens rad.",
			"No client in kunder has the entrance {}. Correct the entrance's name or the client's row.")
	case "lock-second-for-dwelling":
		return of("Bostaden har redan ett monterat lås eller en nyckelgömma i en tidigare rad; den första gäller. Ange vilket som sitter där och ändra status på det andra.",
			"The dwelling already has a mounted lock or key box in an earlier row; the first applies. Say which one is there and change the status of the other.")

	case "staff-number-missing":
		return of("Medarbetaren saknar anställningsnummer. Fyll i det.", "The employee has no staff number. Fill it in.")
	case "staff-twice":
		return of("Medarbetaren finns redan i samma grupp från samma dag i en likadan rad. Ta bort den här raden.",
			"The employee is already in the same group from the same day in an identical row. Remove this row.")
	case "staff-conflict":
		return of("Anställningsnumret {} har redan andra uppgifter i en tidigare rad; den första gäller. Två personer får inte ha samma nummer.",
			"The staff number {} has other particulars in an earlier row; the first applies. Two people must not share a number.")

	case "key-number-missing":
		return of("Nyckeln saknar nummer. Läs av det på nyckeln och fyll i.", "The key has no number. Read it off the key and fill it in.")
	case "key-number-twice":
		return of("Nyckelnumret {} finns redan i en tidigare rad; den första gäller. Läs av nycklarna och rätta det ena numret.",
			"The key number {} is already in an earlier row; the first applies. Read the keys and correct one of the numbers.")
	case "key-status-unknown":
		return of("Nyckelns status {} är okänd. Skriv lager, i drift, spärrad eller trasig.",
			"The key's status {} is unknown. Write lager, i drift, spärrad or trasig.")

	case "consent-property-missing":
		return of("Fastigheten saknas. Fyll i gatuadressen.", "The property is missing. Fill in its street address.")
	case "consent-answer-unknown":
		return of("Svaret {} är okänt. Skriv ja, ja, muntligt, nej, skickad eller återkallat, eller lämna cellen tom.",
			"The answer {} is unknown. Write ja, ja, muntligt, nej, skickad or återkallat, or leave the cell empty.")
	case "consent-twice":
		return of("Ägarens svar för fastigheten finns redan i en likadan rad. Ta bort den här raden.",
			"The owner's answer for the property is already in an identical row. Remove this row.")
	case "consent-conflict":
		return of("Ägarens svar för fastigheten finns redan i en tidigare rad med andra uppgifter; den första gäller. Behåll en rad.",
			"The owner's answer for the property is already in an earlier row with other particulars; the first applies. Keep one row.")
	}
	return problem.Text{}, false
}
