package view

import (
	"strconv"
	"strings"
	"time"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
)

// line is one operation as plans show it: symbol, kind, label, what is done, and where.
type line struct {
	symbol, kind, label, what, reference string
	details                              []string
}

// lineOf describes an operation.
func lineOf(o planner.Operation, opt Options) line {
	l := line{symbol: o.Kind.Symbol(), kind: string(o.Kind), label: o.Address.Label(), what: o.Reason.Text}
	switch o.Kind {
	case planner.Provision, planner.Adopt:
		l.what = place(o)
		l.reference = reference(o, opt)
		if o.Reason.Word != "new" {
			l.details = append(l.details, o.Reason.Text)
		}
	case planner.Register:
		l.what = "keys for " + o.Bucket.Name
		l.reference = reference(o, opt)
		if o.Reason.Word != "new" {
			l.details = append(l.details, o.Reason.Text)
		}
	case planner.Destroy:
		l.what = place(o)
		l.details = append(l.details, o.Reason.Text)
	}
	for _, b := range o.Blocked {
		l.what = "BLOCKED: " + b.Text
		l.details = append(l.details, b.Fix)
	}
	for _, c := range o.Changes {
		// What an adopted bucket had before is for people to see; the rest of an
		// adoption is new.
		if o.Kind == planner.Update || o.Kind == planner.Move || o.Kind == planner.Rotate ||
			o.Kind == planner.Adopt && c.Before != "" || opt.Verbose {
			l.details = append(l.details, changeText(o, c))
		}
	}
	l.details = append(l.details, o.Notes...)
	if opt.Verbose {
		for _, a := range o.Acts {
			l.details = append(l.details, strings.TrimSpace("step "+a.Step+" "+a.Target))
		}
	}
	return l
}

func place(o planner.Operation) string {
	switch {
	case o.Cloud == "" && o.Bucket.Name == "":
		return "item " + o.ItemTitle
	case o.Cloud == "":
		return "keys for " + o.Bucket.Name
	}
	text := o.Cloud + ": " + o.Bucket.Name
	if notes := words.Join(", ", o.Bucket.Namespace, o.Location); notes != "" {
		text += " (" + notes + ")"
	}
	return text
}

func reference(o planner.Operation, opt Options) string {
	if opt.Reference == nil || o.ItemTitle == "" {
		return ""
	}
	return opt.Reference(o.Secrets, o.ItemID, o.ItemTitle)
}

// longestMember bounds how much of one of several values is shown: a post-quantum key has
// 2,000 characters.
const longestMember = 100

func changeText(o planner.Operation, c planner.Change) string {
	text, store := c.Field+": "+strconv.Quote(c.After), o.Address.Kind == addr.Secrets
	switch {
	case store && c.Before == "": // one of several
		return c.Field + ": + " + fit(c.After, longestMember)
	case store:
		return c.Field + ": - " + fit(c.Before, longestMember)
	case c.Sensitive:
		return c.Field + ": (sensitive)"
	case c.Before != "":
		text = c.Field + ": " + strconv.Quote(c.Before) + " -> " + strconv.Quote(c.After)
	}
	if c.Source != "" {
		text += " (from " + c.Source + ")"
	}
	return text
}

// summary counts what a plan does: "Plan: 1 to provision, 1 to destroy (1 blocked)."
func summary(p *planner.Plan) string {
	counts := p.Counts()
	var parts []string
	for _, k := range planner.Kinds() {
		if counts[k] > 0 {
			parts = append(parts, words.Number(counts[k])+" to "+string(k))
		}
	}
	text := "Plan: " + strings.Join(parts, ", ")
	if p.Offline {
		text = "Plan, offline: " + strings.Join(parts, ", ")
	}
	if n := p.Blocked(); n > 0 {
		text += " (" + words.Number(n) + " blocked)"
	}
	return text + "."
}

// callsText says which calls a plan needs: "Calls: Cloudflare 5 of 1,200 per 5 minutes; 1Password 3 writes."
func callsText(p *planner.Plan, opt Options) string {
	var parts []string
	vendors := map[string]int{}
	for _, c := range p.Calls() {
		vendors[c.Vendor]++
	}
	for _, c := range p.Calls() {
		title := vendorTitle(c.Vendor, c.Connection, vendors[c.Vendor], opt)
		if opt.VendorLimit != nil {
			if calls, per := opt.VendorLimit(c.Vendor); calls > 0 {
				total := c.Reads + c.Writes
				part := title + " " + words.Number(total) + " of " + words.Number(calls) + " per " + words.Span(per)
				if windows := (total - 1) / calls; windows > 0 {
					part += " (at least " + words.Span(time.Duration(windows)*per) + ")"
				}
				parts = append(parts, part)
				continue
			}
		}
		part := title + " " + words.List(words.Some(c.Reads, "read"), words.Some(c.Writes, "write"))
		if opt.VendorWrites != nil {
			if writes, note := opt.VendorWrites(c.Vendor); writes > 0 && c.Writes > writes {
				part += " (" + note + ")"
			}
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 || p.Offline {
		return ""
	}
	return "Calls: " + strings.Join(parts, "; ") + "."
}

// quotasText says how many of their credentials clouds with a limit will have in use: "Credentials: Cloudflare 137 of
// 500 after this plan."
func quotasText(p *planner.Plan, opt Options) string {
	vendors := map[string]int{}
	for _, q := range p.Quotas {
		vendors[q.Vendor]++
	}
	var parts []string
	for _, q := range p.Quotas {
		parts = append(parts, vendorTitle(q.Vendor, q.Connection, vendors[q.Vendor], opt)+" "+words.Number(q.After)+" of "+
			words.Number(q.Limit))
	}
	if len(parts) == 0 || p.Offline {
		return ""
	}
	return "Credentials: " + strings.Join(parts, "; ") + " after this plan."
}

// vendorTitle returns what people call a vendor, with the connection if it has several.
func vendorTitle(vendor, connection string, several int, opt Options) string {
	title := vendor
	if opt.VendorTitle != nil {
		title = opt.VendorTitle(vendor)
	}
	if several > 1 {
		title += " (" + connection + ")"
	}
	return title
}

// noChanges says that a plan has nothing to do.
func noChanges(p *planner.Plan) string {
	switch {
	case p.Offline:
		return "No changes between the files and the state."
	case p.OnlyDue:
		return "Nothing is due."
	}
	return "No changes."
}
