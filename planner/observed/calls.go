package observed

import (
	"slices"
	"strings"
)

// Calls counts calls to one connection: those that a refresh made, or those that an operation makes.
type Calls struct {
	Connection string `json:"connection"` // "cloudflare_r2.main"
	Vendor     string `json:"vendor"`     // "cloudflare_r2"
	Reads      int    `json:"reads"`
	Writes     int    `json:"writes"`
}

// AddCalls adds up calls by connection, sorted by the connection's name.
func AddCalls(calls []Calls) []Calls {
	sums := map[string]Calls{}
	for _, c := range calls {
		sum := sums[c.Connection]
		sum.Connection, sum.Vendor = c.Connection, c.Vendor
		sum.Reads += c.Reads
		sum.Writes += c.Writes
		sums[c.Connection] = sum
	}
	out := make([]Calls, 0, len(sums))
	for _, c := range sums {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Calls) int { return strings.Compare(a.Connection, b.Connection) })
	return out
}

// VendorOf returns the vendor's name in the address of a connection.
func VendorOf(connection string) string {
	vendor, _, _ := strings.Cut(connection, ".")
	return vendor
}
