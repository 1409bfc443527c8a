package view

import (
	"cmp"
	"slices"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
)

// chainsOf returns the rows of a picture, in the plan's order.
func chainsOf(p *planner.Plan) []chain {
	if len(p.Operations) <= pictureOperations {
		chains := make([]chain, len(p.Operations))
		for i, o := range p.Operations {
			chains[i] = chainOf(o)
		}
		return chains
	}
	groups := grouped(p, func(o planner.Operation) group {
		return group{o.Kind, len(o.Blocked) > 0, o.Cloud, o.Secrets, storeOf(o)}
	})
	if len(groups) > pictureOperations {
		groups = grouped(p, func(o planner.Operation) group {
			return group{kind: o.Kind, blocked: len(o.Blocked) > 0, block: storeOf(o)}
		})
	}
	return groups
}

// storeOf returns the address of the store that an operation is about, or "" if it is about a project.
func storeOf(o planner.Operation) string {
	if o.Address.Kind == addr.Secrets {
		return o.Address.String()
	}
	return ""
}

func chainOf(o planner.Operation) chain {
	e := effectsOf(o)
	c := chain{class: classOf(o), cloud: o.Cloud, store: o.Secrets,
		operation: []string{o.Kind.Symbol() + " " + string(o.Kind), o.Address.Label()}}
	if len(o.Blocked) > 0 {
		c.operation = append(c.operation, "BLOCKED: "+o.Blocked[0].Text)
	}
	if o.Cloud != "" && o.Bucket.Name != "" {
		c.pieces[bucketPiece] = part{[]string{o.Bucket.Name, cmp.Or(e.bucket, stays)}, e.bucket == ""}
	}
	if e.keys != "" {
		c.pieces[keysPiece] = part{[]string{"credential", e.keys}, false}
	}
	switch {
	case storeOf(o) != "":
		c.pieces[itemPiece] = part{[]string{"recipients", "update"}, false}
	case o.Secrets != "" && o.ItemTitle != "":
		c.pieces[itemPiece] = part{[]string{o.ItemTitle, cmp.Or(e.item, stays)}, e.item == ""}
	}
	return c
}

func classOf(o planner.Operation) string {
	switch {
	case len(o.Blocked) > 0:
		return "blocked"
	case o.Kind == planner.Destroy:
		return "remove"
	case o.Kind == planner.Provision, o.Kind == planner.Adopt:
		return "add"
	case o.Kind == planner.Register, o.Kind == planner.Move:
		return "move"
	case o.Kind == planner.Forget:
		return "keep"
	}
	return "change"
}

// effects returns what an operation does to each thing, in a word or two, or "" for nothing.
type effects struct{ bucket, keys, item string }

func effectsOf(o planner.Operation) effects {
	does := func(steps ...string) bool {
		return slices.ContainsFunc(o.Acts, func(a planner.Act) bool { return slices.Contains(steps, a.Step) })
	}
	first := func(choices ...[2]string) string {
		for _, c := range choices {
			if does(c[0]) {
				return c[1]
			}
		}
		return ""
	}
	e := effects{
		bucket: first([2]string{planner.StepCreateBucket, "create"}, [2]string{planner.StepClaimBucket, "adopt"},
			[2]string{planner.StepDeleteBucket, "delete"}, [2]string{planner.StepEmptyBucket, "empty"},
			[2]string{planner.StepUpdateBucket, "update"}, [2]string{planner.StepUpdateSettings, "update"}),
		keys: first([2]string{planner.StepIssueCredential, "issue"}, [2]string{planner.StepTakeCredential, "bring"},
			[2]string{planner.StepUpdateCredential, "update"}, [2]string{planner.StepRevokeCredential, "revoke"}),
		item: first([2]string{planner.StepDeleteItem, "delete"}, [2]string{planner.StepStoreCredential, "store"},
			[2]string{planner.StepUpdateItem, "update"}, [2]string{planner.StepTakeItem, "take over"}),
	}
	if e.keys == "issue" && does(planner.StepRevokeCredential) {
		e.keys = "issue, revoke old"
	}
	if e.item == "store" && o.ItemID == "" {
		e.item = "create"
	}
	if len(o.Blocked) == 0 {
		return e
	}
	if e.keys != "" {
		return effects{keys: stays}
	}
	return effects{}
}

// stays is the effect of an operation on a thing that it does not change.
const stays = "stays"

// group is what the operations of one row have in common.
type group struct {
	kind           planner.Kind
	blocked        bool
	cloud, secrets string
	block          string // of a whole store, which is a row of its own
}

// grouped returns a row for each group, in the order of their first operations.
func grouped(p *planner.Plan, groupOf func(planner.Operation) group) []chain {
	var order []group
	members := map[group][]planner.Operation{}
	for _, o := range p.Operations {
		g := groupOf(o)
		if _, known := members[g]; !known {
			order = append(order, g)
		}
		members[g] = append(members[g], o)
	}
	chains := make([]chain, len(order))
	for i, g := range order {
		if g.block != "" {
			chains[i] = chainOf(members[g][0])
			continue
		}
		c := chain{class: classOf(members[g][0]), cloud: g.cloud, store: g.secrets,
			operation: []string{g.kind.Symbol() + " " + string(g.kind), words.Count(len(members[g]), "project")}}
		if g.blocked {
			c.operation = append(c.operation, "BLOCKED")
		}
		var buckets, keys, items tally
		for _, o := range members[g] {
			e := effectsOf(o)
			if o.Cloud != "" && o.Bucket.Name != "" {
				buckets.add(cmp.Or(e.bucket, stays))
			}
			if e.keys != "" {
				keys.add(e.keys)
			}
			if o.Secrets != "" && o.ItemTitle != "" {
				items.add(cmp.Or(e.item, stays))
			}
		}
		c.pieces = [...]part{buckets.part("bucket"), keys.part("credential"), items.part("item")}
		chains[i] = c
	}
	return chains
}

// tally counts effects in the order of their first occurrence.
type tally struct {
	order  []string
	counts map[string]int
	sum    int
}

func (t *tally) add(effect string) {
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	if t.counts[effect] == 0 {
		t.order = append(t.order, effect)
	}
	t.counts[effect]++
	t.sum++
}

// part returns "2,000 buckets" and "create", or how many of them each effect has.
func (t *tally) part(noun string) part {
	switch len(t.order) {
	case 0:
		return part{}
	case 1:
		effect, kept := t.order[0], t.order[0] == stays
		if kept && t.sum > 1 {
			effect = "stay"
		}
		return part{[]string{words.Count(t.sum, noun), effect}, kept}
	}
	out := []string{words.Count(t.sum, noun)}
	for _, effect := range t.order {
		out = append(out, words.Number(t.counts[effect])+" "+effect)
	}
	return part{out, false}
}
