package planner

import (
	"slices"

	"buckethead/config/addr"
)

// secure makes late operations wait for all that arrange counts on as done before them, where they
// could start before that is done and there is no room to spare.
func (q *quota) secure(limit int, late []*Operation) {
	if len(late) == 0 {
		return
	}
	var early load
	var counted []addr.Address
	for _, o := range q.operations {
		if d := q.demands[o]; !slices.Contains(late, o) {
			early = early.plus(d)
			if d.exchanges() || d.net() < 0 {
				counted = append(counted, o.Address)
			}
		}
	}
	together := early
	first := map[addr.Address]int{} // which late operation is the first that needs what others free
	for n, o := range late {
		for _, p := range o.Freed() {
			if _, known := first[p]; !known {
				first[p] = n
				counted = append(counted, p)
			}
		}
		together = together.plus(q.demands[o])
		waited := map[addr.Address]bool{}
		most := q.live + early.gains + min(q.parallelism, together.exchanges)
		for _, w := range o.After {
			waited[w.Address] = true
			most -= q.frees[w.Address]
		}
		for i, before := range late[:n+1] {
			gains := max(0, q.demands[before].net())
			for _, p := range before.Freed() {
				if first[p] == i && !waited[p] {
					gains -= q.frees[p] // before has not begun, or this is done
				}
			}
			most += max(0, gains)
		}
		for _, p := range counted {
			if most > limit && !waited[p] {
				o.After = append(o.After, Wait{p, makesRoom})
			}
		}
	}
}
