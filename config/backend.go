package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/words"
	"buckethead/vendors"
)

// decodeState reads the state block. It comes after the headers of the secrets blocks,
// for its keys may be references into their stores.
func decodeState(cn *connected, states []StateKind, b *hclsyntax.Block, state *Backend) {
	if b == nil || !cn.ev.Labelled(b, []string{"KIND"}) {
		return
	}
	s := cn.ev.Needing(b, &state.Lacks)
	kind := b.Labels[0]
	if kind == localState {
		decodeLocalState(s, b, state)
		return
	}
	at := slices.IndexFunc(states, func(k StateKind) bool { return k.Name == kind })
	if at < 0 {
		cn.ev.Sources.Body(b.Body)
		kinds := []string{`"` + localState + `"`}
		for _, k := range states {
			kinds = append(kinds, `"`+k.Name+`"`)
		}
		s.Report(faults.UnknownBackend, b.LabelRanges[0],
			fmt.Sprintf("The file asks for a state of the kind %q, and this version of bh knows %s.", kind, words.List(kinds...)),
			`Write state "local" { path = ".bh/state.db" }.`)
		return
	}
	known := states[at]
	c := &connection{block: b, Connection: Connection{Vendor: fmt.Sprintf("state %q", kind)},
		vendor: &vendors.Vendor{Name: kind, Settings: known.Settings, CheckSettings: known.Check}}
	cn.settings(c)
	*state = Backend{Kind: kind, Settings: c.Settings, Lacks: c.Lacks, Range: faults.RangeOf(b.DefRange())}
}

// decodeLocalState reads where the file is.
func decodeLocalState(s *eval.Scope, b *hclsyntax.Block, state *Backend) {
	state.Range = faults.RangeOf(b.DefRange())
	if s.Fill(b, localStateBlock, state); state.Path == "" {
		s.Report(faults.InvalidValue, expr.ValueRange(b, "path"), "The path of the state is empty.", `Name a file, such as ".bh/state.db".`)
	}
}
