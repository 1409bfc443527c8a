package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/words"
	"buckethead/vendors"
)

// StateKind is a kind of place other than "local" where a state can be kept: the label of
// its block, its description, its attributes, the hosts of its operator, and its offline checks.
type StateKind struct {
	Name     string
	Title    string
	Settings []vendors.Setting
	OwnHosts vendors.Hosts
	Check    func(vendors.Settings) []vendors.Problem
}

// localState is the kind that every bh has.
const localState = "local"

// decodeState reads the state block. It comes after the headers of the secrets blocks,
// for its keys may be references into their stores.
func (l *loader) decodeState() {
	b := l.state
	if b == nil || !l.labelled(b, []string{"KIND"}) {
		return
	}
	s := l.needing(b, &l.config.State.Lacks)
	kind := b.Labels[0]
	if kind == localState {
		s.localState(b)
		return
	}
	at := slices.IndexFunc(l.options.States, func(k StateKind) bool { return k.Name == kind })
	if at < 0 {
		l.maskBody(b.Body)
		kinds := []string{`"` + localState + `"`}
		for _, k := range l.options.States {
			kinds = append(kinds, `"`+k.Name+`"`)
		}
		s.report(unknownBackend, b.LabelRanges[0],
			fmt.Sprintf("State of the kind %q is asked for, and this version of bh knows %s.", kind, words.List(kinds...)),
			`Write state "local" { path = ".bh/state.db" }.`)
		return
	}
	known := l.options.States[at]
	c := &connection{block: b, Connection: Connection{Vendor: fmt.Sprintf("state %q", kind)},
		vendor: &vendors.Vendor{Name: kind, Settings: known.Settings, CheckSettings: known.Check}}
	l.decodeSettings(c)
	l.config.State = Backend{Kind: kind, Settings: c.Settings, Lacks: c.Lacks, Range: toRange(b.DefRange())}
}

// localState reads where the file is.
func (s *scope) localState(b *hclsyntax.Block) {
	l := s.l
	l.config.State.Range = toRange(b.DefRange())
	if s.fill(b, localStateBlock, &l.config.State); l.config.State.Path == "" {
		s.report(invalidValue, valueRange(b, "path"), "The path of the state is empty.", `Name a file, such as ".bh/state.db".`)
	}
}
