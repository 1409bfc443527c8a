package view

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
)

// detail is one thing to know about an operation. A change that is too long for one line has what goes and what comes
// on lines of their own, which begin with a sign.
type detail struct {
	text   string
	lines  []string
	change bool
}

func note(text string) detail { return detail{text: text} }

// longChange is how many columns a change may have that stands on one line.
const longChange = 100

// placed are the fields that the line of a new project shows anyway.
var placed = []string{"bucket", "location", "item_title"}

// guards are the fields that one line sums up: what the keys of a new project may do, and what guards it.
var guards = []string{"storage_class", "access_key_id", "access", "allowed_ips", "expires_after", "rotate", "protect",
	"on_destroy"}

// changesOf returns the changes of an operation. Of what is made it leaves out what its line shows, unless verbose.
func changesOf(o planner.Operation, opt Options) []detail {
	made := o.Kind == planner.Provision || o.Kind == planner.Adopt
	var granted, others []detail
	var grants []string
	for _, c := range o.Changes {
		fresh := made && (c.Before == "" || c.Before == "none")
		if fresh {
			c.Before = ""
		}
		switch {
		case fresh && slices.Contains(guards, c.Field):
			grants = append(grants, grant(c))
		case o.Kind == planner.Register && slices.Contains(guards, c.Field) && c.Field != "access_key_id":
			grants = append(grants, grant(c))
		case opt.Verbose, made && !slices.Contains(placed, c.Field), o.Kind == planner.Update, o.Kind == planner.Move,
			o.Kind == planner.Rotate:
			others = append(others, changeDetail(o, c, opt))
		}
	}
	for _, e := range opt.Endpoints {
		if text := "endpoint " + e.Host; made && e.Connection == o.Cloud && !slices.Contains(grants, text) {
			grants = append(grants, text)
		}
	}
	if len(grants) > 0 {
		granted = []detail{{text: strings.Join(grants, "; "), change: true}}
	}
	return append(granted, others...)
}

// grant describes a guard: "access read_only", "protect".
func grant(c planner.Change) string {
	if c.After == "true" {
		return c.Field
	}
	return c.Field + " " + c.After
}

// changeDetail describes a change on one line or, if that is long, on several.
func changeDetail(o planner.Operation, c planner.Change, opt Options) detail {
	d := detail{text: changeText(o, c), change: true}
	room := longChange
	if opt.Width > 0 {
		room = min(room, opt.Width-6)
	}
	if o.Address.Kind == addr.Secrets || runewidth.StringWidth(oneLine(d.text)) <= room {
		return d
	}
	d.text = c.Field + ":"
	if c.Source != "" {
		d.text = c.Field + " (from " + c.Source + "):"
	}
	before, after := members(c.Field, c.Before), members(c.Field, c.After)
	stay := 0
	for _, m := range before {
		if slices.Contains(after, m) {
			stay++
		} else {
			d.lines = append(d.lines, "- "+m)
		}
	}
	for _, m := range after {
		if !slices.Contains(before, m) {
			d.lines = append(d.lines, "+ "+m)
		}
	}
	switch {
	case len(d.lines) == 0: // only their order differs
		d.lines = append(d.lines, "- "+c.Before, "+ "+c.After)
	case stay > 0:
		d.lines = append(d.lines, "  "+words.Number(stay)+" unchanged")
	}
	return d
}

// members returns the parts of a value: the networks or rules of a list, or the one value in quotes.
func members(field, value string) []string {
	separator := "; "
	switch field {
	case "allowed_ips":
		separator = ", "
	case "lock_rule", "lifecycle_rule", "cors_rule", "custom_domain":
		if value == "none" || value == "not declared" {
			return nil
		}
	default:
		if value == "" {
			return nil
		}
		return []string{strconv.Quote(value)}
	}
	var out []string
	part := ""
	for _, piece := range strings.SplitAfter(value, separator) {
		// A separator within quotes is part of a name.
		if part += piece; strings.Count(strings.ReplaceAll(part, `\"`, ""), `"`)%2 == 0 {
			out, part = append(out, strings.TrimSuffix(part, separator)), ""
		}
	}
	if part != "" {
		out = append(out, part)
	}
	return slices.DeleteFunc(out, func(m string) bool { return m == "" })
}

// longestMember bounds how much of one of several values is shown: a post-quantum key has
// 2,000 characters.
const longestMember = 100

// changeText describes a change on one line.
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
