package config

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"buckethead/config/diag"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// maxAge is the longest time for which a browser may keep the answer of a CORS rule.
const maxAge = 24 * time.Hour

// rule is one block of a bucket's settings while it is read.
type rule struct {
	eval.Scope
	source      eval.Placed
	table       *language.Block
	set, faults language.Set
	failed      bool // the rule as a whole is faulty
}

// fault reports a fault of the rule.
func (r *rule) fault(k diag.Kind, subject hcl.Range, detail, fix string) {
	r.failed = true
	r.Report(k, subject, detail, fix)
}

func (r *rule) ok() bool { return !r.failed && r.faults == 0 }

// oneOf reports attributes that cannot be set together.
func (r *rule) oneOf(names ...string) {
	if !r.ok() {
		return
	}
	var both []string
	for _, name := range names {
		if r.set&r.table.Set(name) != 0 {
			both = append(both, name)
		}
	}
	if len(both) > 1 {
		r.fault(faults.ContradictoryRule, expr.ValueRange(r.source.Block, both[1]),
			fmt.Sprintf("%s and %s cannot be set together.", both[0], both[1]), "Keep one of the two.")
	}
}

// needsOne reports a rule that has none of the attributes.
func (r *rule) needsOne(detail, fix string, names ...string) {
	if r.ok() && r.set&r.table.Set(names...) == 0 {
		r.fault(faults.IdleRule, r.source.DefRange(), detail, fix)
	}
}

// numbered is the id of the n-th rule if none is written.
func numbered(id string, n int) string {
	if id == "" {
		return fmt.Sprintf("rule-%d", n)
	}
	return id
}
