package policy

import (
	"fmt"
	"iter"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/words"
)

// Project is a declared project as a policy sees it.
type Project struct {
	Address addr.Address
	Range   diag.Range
	Values  Attributes
}

// Projects checks projects against the policies that judge projects, and returns their objections. A
// policy that mentions neither projects nor operations is evaluated once.
func Projects(policies []Policy, projects iter.Seq[Project]) diag.List {
	var all []*evaluation
	for _, p := range policies {
		if !p.Operations {
			all = append(all, p.evaluation())
		}
	}
	if all == nil {
		return nil
	}
	for project := range projects {
		values := map[string]cty.Value{"project": project.Values.object()}
		for _, e := range all {
			if e.policy.rule.project {
				e.judge(project.Address, project.Range, values)
			}
		}
	}
	var out diag.List
	for _, e := range all {
		if !e.policy.rule.project {
			e.judge(addr.Address{}, diag.Range{}, nil)
		}
		out = append(out, e.found()...)
	}
	return out.Sorted()
}

// Operations checks the operations of a plan against the policies that judge operations, and returns their
// objections. declared returns the project of an operation, if it is declared. Otherwise its attributes are what
// the operation says about it, and null for the rest.
func Operations(policies []Policy, operations []Operation, declared func(addr.Address) (Project, bool)) diag.List {
	var out diag.List
	for _, p := range policies {
		if !p.Operations {
			continue
		}
		e := p.evaluation()
		for _, o := range operations {
			project, subject := o.projectValue(), o.Range
			if known, is := declared(o.Project); is {
				project = known.Values.object()
				if subject.IsZero() {
					subject = known.Range
				}
			}
			e.judge(o.Project, subject, map[string]cty.Value{"project": project, "operation": o.value()})
		}
		out = append(out, e.found()...)
	}
	return out.Sorted()
}

// evaluation is one evaluation of a policy. Its reports are kept apart from those of loading
// the files, so that a Config does not change.
type evaluation struct {
	*eval.Scope
	ev     *eval.Evaluator
	policy Policy
	more   int // violations beyond violationsShown
}

// violationsShown is how many violations of one policy are reported one by one.
const violationsShown = 100

// found returns what the policy objects to.
func (e *evaluation) found() diag.List {
	found := append(e.ev.Found.List, e.ev.Found.Telling...)
	if e.more == 0 {
		return found
	}
	return append(found, diag.Diagnostic{Severity: e.policy.Severity, Kind: faults.MoreFaults,
		Subject: faults.RangeOf(e.policy.rule.condition.Range()), Omitted: e.more,
		Detail: fmt.Sprintf("%s of the policy %q are not shown.", words.Count(e.more, "more violation"), e.policy.Name),
		Fix:    "Correct those that are shown, then run the command again."})
}

func (p Policy) evaluation() *evaluation {
	ev := p.rule.ev.Apart()
	e := &evaluation{policy: p, ev: ev, Scope: ev.In(p.rule.block)}
	e.Once()
	return e
}

// judge evaluates the policy for a project, or for an operation of it. A fault of the
// policy itself, which all of them can have, is reported once.
func (e *evaluation) judge(project addr.Address, subject diag.Range, values map[string]cty.Value) {
	rule := e.policy.rule
	e.Bind(values)
	holds, ok := e.Evaluate(rule.condition)
	if !ok {
		return
	}
	holds, _ = expr.Unmark(holds)
	holds, err := convert.Convert(holds, cty.Bool)
	switch {
	case err != nil || holds.IsNull():
		e.Report(faults.WrongType, rule.condition.Range(), "The condition must be true or false.",
			"Compare something, or use can().")
		return
	case holds.True():
		return
	}
	if len(e.ev.Found.List) >= violationsShown {
		e.more++
		return
	}
	text := e.text(rule.message)
	d := diag.Diagnostic{Severity: e.policy.Severity, Kind: faults.BrokenPolicy,
		Address: project, Subject: subject,
		Detail: fmt.Sprintf("%s This is the policy %q at %s.", text, e.policy.Name, faults.RangeOf(rule.condition.Range())),
		Fix:    "Change the declaration, or the policy."}
	if d.Subject.IsZero() {
		d.Subject, d.Context = faults.RangeOf(rule.condition.Range()), faults.RangeOf(rule.block.Range())
	}
	e.ev.Found.List = append(e.ev.Found.List, d)
}

// text evaluates the message. One that would show a sensitive value is withheld.
func (e *evaluation) text(message hclsyntax.Expression) string {
	value, ok := e.Evaluate(message)
	if !ok {
		return "The condition is false."
	}
	value, of := expr.Unmark(value)
	text, err := convert.Convert(value, cty.String)
	switch {
	case of.Sensitive:
		return "The message is not shown, because it contains a sensitive value."
	case err != nil || text.IsNull() || text.AsString() == "":
		return "The condition is false."
	}
	return faults.Sentence(text.AsString())
}
