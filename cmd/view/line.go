package view

import (
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/planner"
)

// line is one operation as plans show it: symbol, kind, label, what is done, and the item with the keys.
type line struct {
	symbol, kind, label, what, reference string
	details                              []detail
}

// lineOf describes an operation.
func lineOf(o planner.Operation, opt Options) line {
	l := line{symbol: o.Kind.Symbol(), kind: string(o.Kind), label: o.Address.Label(), what: o.Reason.Text}
	switch o.Kind {
	case planner.Provision, planner.Adopt:
		l.what = place(o)
	case planner.Register:
		l.what = "keys for " + o.Bucket.Name
	case planner.Destroy:
		l.what = place(o)
		l.details = append(l.details, note(o.Reason.Text))
	}
	switch o.Kind {
	case planner.Provision, planner.Adopt, planner.Register:
		if o.Reason.Word != "new" {
			l.details = append(l.details, note(o.Reason.Text))
		}
		l.reference = reference(o, opt)
	case planner.Update, planner.Rotate:
		l.reference = reference(o, opt)
	}
	for _, b := range o.Blocked {
		l.what = "BLOCKED: " + b.Text
		l.details = append(l.details, note(b.Fix))
	}
	l.details = append(l.details, changesOf(o, opt)...)
	for _, text := range o.Notes {
		l.details = append(l.details, note(text))
	}
	if opt.Verbose {
		for _, a := range o.Acts {
			l.details = append(l.details, note(strings.TrimSpace("step "+a.Step+" "+a.Target)))
		}
	}
	return l
}

// made reports whether what the line does is a place, beside which there is room for the item.
func (l line) made() bool {
	return l.kind != string(planner.Update) && l.kind != string(planner.Rotate)
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

// quotasText says how many credentials the clouds with a limit will have after the plan: "Credentials: Cloudflare 137
// of 500 after this plan."
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

// vendorTitle returns the usual name of a vendor, with the connection if it has several.
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

// noChanges returns the text for a plan with nothing to do.
func noChanges(p *planner.Plan) string {
	switch {
	case p.Offline:
		return "No changes between the files and the state."
	case p.OnlyDue:
		return "Nothing is due."
	}
	return "No changes."
}
