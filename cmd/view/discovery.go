package view

import (
	"cmp"
	"io"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/planner/discovery"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
)

// ownerText says who owns something that bh created.
func ownerText(c owners.Claim) string {
	if c.Owner == owners.ThisStack {
		return strings.TrimSpace("this state " + c.Project)
	}
	return strings.TrimSpace(c.String() + " " + c.Project)
}

func day(t time.Time) string { return cmp.Or(words.Day(t), "-") }

func bucketRow(b discovery.Bucket) []string {
	where := words.Join(", ", b.Bucket.Namespace, b.Location, b.StorageClass)
	take := b.TakeOver
	if b.Owner != "" {
		take = "owned by " + b.Claim().String()
	}
	return []string{b.Bucket.Name, cmp.Or(where, "-"), day(b.CreatedAt), take}
}

func bucketText(name, namespace string) string {
	if name != "" && namespace != "" {
		return name + " (" + namespace + ")"
	}
	return cmp.Or(name, "-")
}

// discoverySummary counts what was found, and what is not listed because bh does not manage it.
func discoverySummary(d discovery.Discovery) string {
	credentials, items := 0, 0
	for _, c := range d.Clouds {
		credentials += d.Others[c]
	}
	for _, c := range d.Stores {
		items += d.Others[c]
	}
	text := "Found nothing that is not in the state."
	found := words.Join(", ", words.Some(len(d.Buckets), "bucket"), words.Some(len(d.Credentials), "credential"),
		words.Some(len(d.Items), "item"))
	if found != "" {
		text = "Found: " + found + "."
	}
	if others := words.Join(", ", words.Some(credentials, "credential"), words.Some(items, "item")); others != "" {
		text += " Not managed by bh, and not listed: " + others + "."
	}
	return text
}

func (h *human) Discovery(d discovery.Discovery) {
	var b strings.Builder
	section := func(name string, tables ...[][]string) {
		var body strings.Builder
		for _, rows := range tables {
			if len(rows) > 1 {
				body.WriteString(indent(TableWithin(rows, max(0, h.o.Width-2))))
			}
		}
		if body.Len() > 0 {
			b.WriteString(paint(h.o.Color, bold, oneLine(name)) + "\n" + body.String() + "\n")
		}
	}
	for _, cloud := range d.Clouds {
		buckets, credentials := [][]string{{"BUCKET", "WHERE", "MADE", "TO TAKE IT OVER"}},
			[][]string{{"CREDENTIAL", "OPENS", "ISSUED", "STATUS", "OF"}}
		for _, x := range d.Buckets {
			if x.Cloud == cloud {
				buckets = append(buckets, bucketRow(x))
			}
		}
		for _, x := range d.Credentials {
			if x.Cloud == cloud {
				credentials = append(credentials, []string{x.ID, bucketText(x.Bucket.Name, x.Bucket.Namespace), day(x.IssuedAt),
					string(x.Status), ownerText(x.Claim())})
			}
		}
		section(cloud, buckets, credentials)
	}
	for _, store := range d.Stores {
		items := [][]string{{"ITEM", "ID", "CHANGED", "OF"}}
		for _, x := range d.Items {
			if x.Secrets == store {
				items = append(items, []string{x.Title, x.ID, day(x.UpdatedAt), ownerText(x.Claim())})
			}
		}
		section(store, items)
	}
	for _, u := range d.Unlisted {
		if h.o.Verbose {
			b.WriteString(oneLine(u.Cloud+": "+u.Namespace+" was not listed: "+u.Why) + "\n")
		}
	}
	_, _ = io.WriteString(h.out, b.String()+hang(discoverySummary(d), h.o.Width, 2)+"\n")
}

func (j *jsonLines) Discovery(d discovery.Discovery) {
	for _, x := range d.Buckets {
		j.write("info", x.Cloud+": bucket "+x.Bucket.Name, "found_bucket", map[string]any{"found_bucket": x})
	}
	for _, x := range d.Credentials {
		j.write("info", x.Cloud+": credential "+x.Name, "found_credential", map[string]any{"found_credential": x})
	}
	for _, x := range d.Items {
		j.write("info", x.Secrets+": item "+x.Title, "found_item", map[string]any{"found_item": x})
	}
	j.write("info", discoverySummary(d), "discover_summary",
		map[string]any{"buckets": len(d.Buckets), "credentials": len(d.Credentials),
			"items": len(d.Items), "others": d.Others, "unlisted": append([]observed.Unlisted{}, d.Unlisted...)})
}

func (s *serial) Discovery(d discovery.Discovery) { s.do(func(v View) { v.Discovery(d) }) }
func (t tee) Discovery(d discovery.Discovery)     { t.a.Discovery(d); t.b.Discovery(d) }
