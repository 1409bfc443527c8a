package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/vendors"
)

// decodeBlocks reads blocks within a project.
func (d *projectDecoder) decodeBlocks(blocks hclsyntax.Blocks) {
	rules := attributeSet(0)
	for _, b := range blocks {
		switch bit := attributeBits[b.Type] & projectBlocks; {
		case bit == 0:
			d.unknownInner(b)
		case bit&settingsBlocks != 0:
			rules |= bit
		default:
			d.part = b.Type
			d.inner(b, bit)
		}
	}
	if rules != 0 {
		d.part = "settings"
		d.decodeSettings(blocks, rules)
	}
}

// repeated reports blocks of which a project has one alone, and this one more.
func (d *projectDecoder) repeated(blocks hclsyntax.Blocks) {
	first := attributeSet(0)
	for i, b := range blocks {
		bit := attributeBits[b.Type] & (projectBlocks &^ repeatedBlocks)
		if first&bit != 0 {
			at := slices.IndexFunc(blocks[:i], func(earlier *hclsyntax.Block) bool { return earlier.Type == b.Type })
			d.duplicate(b, blocks[at], fmt.Sprintf("The %s block of the project", b.Type))
		}
		first |= bit
	}
}

func (d *projectDecoder) unknownInner(b *hclsyntax.Block) {
	d.l.maskBody(b.Body)
	fix := suggestion(b.Type, projectBlocks.names(), "block")
	if attributeBits[b.Type] != 0 {
		fix = fmt.Sprintf("%s is an attribute: write %s = ...", b.Type, b.Type)
	} else if near := similar(b.Type, slices.Collect(maps.Keys(attributeBits))); near != "" &&
		similar(b.Type, projectBlocks.names()) == "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	d.report(unknownBlock, b.TypeRange, fmt.Sprintf("A project has no block %q.", b.Type), fix)
}

// inner reads one block that a project can have.
func (d *projectDecoder) inner(b *hclsyntax.Block, bit attributeSet) {
	if !d.l.labelled(b, nil) {
		d.faults |= bit
		return
	}
	s := d.scope
	s.block = b.Range()
	ok := false
	if bit == hasRotate {
		d.project.Rotate, ok = s.rotation(b)
	} else {
		d.project.Register, ok = s.registration(b)
	}
	if !ok {
		d.faults |= bit
	}
	d.set |= bit
}

// rotation reads a rotate block. The overlap is DefaultOverlap where it is not
// written, and always shorter than the time between two rotations: otherwise
// keys would pile up.
func (s *scope) rotation(b *hclsyntax.Block) (*Rotation, bool) {
	s.known(b.Body, []string{"every", "overlap"}, nil, false)
	r := &Rotation{Overlap: DefaultOverlap}
	every := s.require(b, "every")
	if every == nil {
		return nil, false
	}
	var out outcome
	if r.Every, out = s.positive(every); out != given {
		if out == unset {
			s.missing(b, "every")
		}
		return nil, false
	}
	if a := b.Body.Attributes["overlap"]; a != nil {
		length, out := s.duration(a)
		if out == faulty {
			return nil, false
		}
		if out == given {
			r.Overlap = length
		}
	}
	if r.Overlap >= r.Every {
		s.report(invalidDuration, valueRange(b, "overlap"),
			fmt.Sprintf("The overlap of %s is not shorter than the %s between two rotations.", formatDuration(r.Overlap),
				formatDuration(r.Every)),
			"Write a shorter overlap, or rotate less often. The overlap is 24h where it is not written.")
		return nil, false
	}
	return r, true
}

// registration reads a register block.
func (s *scope) registration(b *hclsyntax.Block) (*Register, bool) {
	s.known(b.Body, []string{"access_key_id", "secret_access_key", "endpoint_url", "region", "verify"}, nil, true)
	r := &Register{Region: "auto"}
	ok := true
	for name, into := range map[string]*string{"access_key_id": &r.AccessKeyID, "endpoint_url": &r.EndpointURL,
		"region": &r.Region} {
		a := b.Body.Attributes[name]
		if a == nil && name == "region" {
			continue
		}
		ok = s.needed(b, a, name, into) && ok
	}
	if a := s.require(b, "secret_access_key"); a != nil {
		var out outcome
		r.SecretAccessKey, r.Reference, out = s.secret(a, "")
		if out == unset {
			s.missing(b, "secret_access_key")
		}
		ok = ok && out == given
	} else {
		ok = false
	}
	if a := b.Body.Attributes["endpoint_url"]; a != nil && r.EndpointURL != "" {
		if fault := endpointFault(r.EndpointURL); fault != "" {
			s.report(invalidValue, a.Expr.Range(), fault, `Write it as "https://s3.eu-central-1.amazonaws.com".`)
			ok = false
		}
	}
	if a := b.Body.Attributes["verify"]; a != nil {
		verify, out := s.flag(a)
		r.Unverified = out == given && !verify
		ok = ok && out != faulty
	}
	return r, ok
}

// needed reads text that must be there and have neither spaces nor control
// characters in it.
func (s *scope) needed(b *hclsyntax.Block, a *hclsyntax.Attribute, name string, into *string) bool {
	if a == nil {
		s.missing(b, name)
		return false
	}
	text, out := s.text(a)
	switch {
	case out == unset && name == "region":
		return true
	case out == unset:
		s.missing(b, name)
		return false
	case out == faulty:
		return false
	case text == "":
		s.report(invalidValue, a.Expr.Range(), name+" is empty.", "Give it a value.")
		return false
	}
	if name == "access_key_id" && strings.Contains(text, "://") {
		s.report(invalidValue, a.Expr.Range(), name+" is a reference, and only secret_access_key can be one.",
			"Write the key id itself: it is not a secret.")
		return false
	}
	for i, r := range []rune(text) {
		if r <= ' ' || r == 0x7f {
			s.report(invalidValue, a.Expr.Range(),
				fmt.Sprintf("%s has a space or a control character in it: %q, character %d.", name, r, i+1),
				"Copy the value again, without what surrounds it.")
			return false
		}
	}
	*into = text
	return true
}

// endpointFault says what is wrong with an endpoint, "" where nothing is. Only
// the machine itself may be talked to without TLS.
func endpointFault(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "This is no URL of an endpoint: it has no host, or something in it that a URL cannot have."
	case u.User != nil:
		return "The URL of an endpoint has no user and no password in it."
	case u.RawQuery != "" || u.Fragment != "":
		return "The URL of an endpoint has no query and no fragment."
	case u.Scheme == "https":
		return ""
	case u.Scheme == "http" && vendors.Loopback(u.Hostname()):
		return ""
	}
	return "An endpoint is reached by https, or by http on this machine alone."
}
