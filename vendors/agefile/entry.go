package agefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"buckethead/vendors"
)

// The members of an entry that bh writes.
const (
	memberID        = "id"
	memberTitle     = "title"
	memberFields    = "fields"
	memberMark      = "mark"
	memberVersion   = "version"
	memberCreatedAt = "created_at"
	memberUpdatedAt = "updated_at"
	memberDigest    = "digest"

	memberLineage = "lineage" // of the mark
)

// entry is one item in the file. It is immutable, so that documents can share entries.
type entry struct {
	members   object
	fields    object
	id, title string
	mark      vendors.Mark
	version   uint64
	updatedAt time.Time
	// edit identifies the content if someone edited it by hand, so that the digest is
	// not that of the content. Otherwise it is empty.
	edit string
	text []byte // as it is written in the file
}

// parseEntry reads an entry. position replaces a missing id; modified is when the file was
// written, which is the latest time of an edit by hand.
func parseEntry(raw []byte, position int, modified time.Time) (*entry, error) {
	members, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	e := &entry{members: members}
	var fields, mark json.RawMessage
	var digest string
	for _, known := range []struct {
		name string
		into any
	}{{memberID, &e.id}, {memberTitle, &e.title}, {memberFields, &fields}, {memberMark, &mark},
		{memberVersion, &e.version}, {memberUpdatedAt, &e.updatedAt}, {memberDigest, &digest}} {
		if err := members.read(known.name, known.into); err != nil {
			return nil, err
		}
	}
	if e.id == "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", position, e.title))
		e.id = "x" + hex.EncodeToString(sum[:12])
		e.members = e.members.with(memberID, quoted(e.id))
	}
	if e.fields, err = parseOptional(memberFields, fields); err != nil {
		return nil, err
	}
	if _, err = parseOptional(memberMark, mark); err != nil {
		return nil, err
	}
	if err := members.read(memberMark, &e.mark); err != nil {
		return nil, err
	}
	e.updatedAt = e.updatedAt.UTC()
	if found := e.digest(); found != digest {
		e.edit = found[:12]
		e.updatedAt = later(modified, e.updatedAt)
	}
	return e, e.check()
}

// parseOptional reads a member that is an object, absent or null.
func parseOptional(name string, raw json.RawMessage) (object, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	out, err := parseObject(raw)
	if err != nil {
		return nil, fmt.Errorf("in its member %q: %w", name, err)
	}
	return out, nil
}

// check makes sure that bh's own fields are text, and formats the entry.
func (e *entry) check() error {
	for _, name := range vendors.FieldNames() {
		var text string
		if err := e.fields.read(name, &text); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := json.Indent(&b, e.members.compact(), "    ", "  "); err != nil {
		return err
	}
	e.text = b.Bytes()
	return nil
}

// digest covers what a person can edit: every member except version, time and digest. It
// does not depend on order and layout, so an editor that only reformats edits nothing.
func (e *entry) digest() string {
	sum := sha256.Sum256(canonical(e.members.without(memberVersion, memberUpdatedAt, memberDigest).compact()))
	return hex.EncodeToString(sum[:])
}

// canonical returns JSON with the members of every object sorted.
func canonical(text json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return text
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return sorted
}

// later returns now, or the moment after before if the clock stood still or went back: the time
// of an item increases with every write.
func later(now, before time.Time) time.Time {
	if now = plain(now); now.After(before) {
		return now
	}
	return before.Add(1)
}

// plain returns a time as it will be when it is read from the file.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }

// stamped returns the entry with the next version, a time and its digest.
func (e *entry) stamped(at time.Time) (*entry, error) {
	when, err := json.Marshal(at)
	if err != nil {
		return nil, err
	}
	out := *e
	out.version, out.updatedAt, out.edit = e.version+1, at, ""
	out.members = out.members.with(memberVersion, strconv.AppendUint(nil, out.version, 10)).with(memberUpdatedAt, when)
	out.members = out.members.with(memberDigest, quoted(out.digest()))
	return &out, out.check()
}

// written returns the entry as spec describes it, with everything that a person added. If spec
// has no secret, the current one stays.
func (e *entry) written(spec vendors.ItemSpec, at time.Time) (*entry, error) {
	if err := checkText(spec); err != nil {
		return nil, err
	}
	spec.Mark.IssuedAt = plain(spec.Mark.IssuedAt)
	out := *e
	out.title, out.mark = spec.Title, spec.Mark
	mark, err := json.Marshal(spec.Mark)
	if err != nil {
		return nil, err
	}
	known, err := parseObject(mark)
	if err != nil {
		return nil, err
	}
	var before json.RawMessage
	if err := e.members.read(memberMark, &before); err != nil {
		return nil, err
	}
	merged, err := parseOptional(memberMark, before)
	if err != nil {
		return nil, err
	}
	merged = merged.without(memberLineage) // an empty one is not written
	for _, m := range known {
		merged = merged.with(m.name, m.value)
	}
	for _, name := range vendors.FieldNames() {
		value := spec.Keys.Field(name).Reveal()
		switch {
		case value != "":
			out.fields = out.fields.with(name, quoted(value))
		case name != vendors.FieldSecretAccessKey:
			out.fields = out.fields.without(name)
		}
	}
	out.members = out.members.with(memberTitle, quoted(spec.Title)).
		with(memberFields, out.fields.compact()).with(memberMark, merged.compact())
	return out.stamped(later(at, e.updatedAt))
}

// newEntry returns an entry with nothing but an id and the time of its creation.
func newEntry(id string, at time.Time) (*entry, error) {
	when, err := json.Marshal(plain(at))
	if err != nil {
		return nil, err
	}
	nothing := json.RawMessage("{}")
	return &entry{id: id, members: object{{memberID, quoted(id)}, {memberTitle, quoted("")}, {memberFields, nothing},
		{memberMark, nothing}, {memberVersion, json.RawMessage("0")}, {memberCreatedAt, when}}}, nil
}

func (e *entry) summary() vendors.ItemSummary {
	return vendors.ItemSummary{ID: e.id, Title: e.title, Marked: e.mark.Stack != "", UpdatedAt: e.updatedAt}
}

func (e *entry) item() vendors.Item {
	return vendors.Item{ItemSummary: e.summary(), Version: e.versionText(), Keys: e.keys(), Mark: e.mark}
}

// versionText returns a version that is different for every content the entry ever had.
func (e *entry) versionText() string {
	text := strconv.FormatUint(e.version, 10)
	if e.edit != "" {
		text += "+" + e.edit
	}
	return text
}
