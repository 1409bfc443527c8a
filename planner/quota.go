package planner

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/observed"
)

// defaultParallelism is how many operations run at once by default.
const defaultParallelism = 8

// demand is how one operation changes the number of live credentials: in the end, and at most while it
// runs, because it may mint before it revokes.
type demand struct{ mints, revokes, peak int }

func (d demand) net() int { return d.mints - d.revokes }

// exchanges reports whether the operation has the old and the new credential for a while.
func (d demand) exchanges() bool { return d.peak > max(0, d.net()) }

// load is the most that operations add to the number while they run, several at once and in any order.
// Those that gain credentials keep them; one that exchanges credentials has both the old and the new
// ones while it runs.
type load struct{ gains, exchanges int }

func (l load) plus(d demand) load {
	l.gains += max(0, d.net())
	if d.exchanges() {
		l.exchanges++
	}
	return l
}

func (l load) peak(parallelism int) int { return l.gains + min(parallelism, l.exchanges) }

// quota is the walk through a plan for one cloud.
type quota struct {
	live, parallelism int
	operations        []*Operation // those that run and mint
	demands           map[*Operation]demand
	freeing           []*Operation // those that only revoke, and wait for no other
	frees             map[addr.Address]int
	mints, net        int
}

// checkQuotas makes sure that no cloud ever has more credentials than it may have
// while the plan runs: what does not fit waits for operations that only revoke, and if
// they do not free enough, the plan is refused. Operations come by address, and are changed.
func (m *maker) checkQuotas(operations []*Operation) []Quota {
	var out []Quota
	for _, cloud := range slices.Sorted(maps.Keys(m.in.Observed.CredentialLimit)) {
		limit := m.in.Observed.CredentialLimit[cloud]
		q := m.newQuota(cloud, operations)
		switch {
		case limit <= 0 || q.mints == 0:
			continue
		case q.live > limit:
			m.fault(diag.Diagnostic{Severity: diag.Warning, Kind: aboveLimit,
				Subject: m.place(cloud),
				Detail: fmt.Sprintf("%s has %d credentials, and bh assumes a limit of %d. The limit must "+
					"have been raised, so bh does not check it.", cloud, q.live, limit),
				Fix: "Set token_limit to the actual limit."})
			continue
		}
		late, waits, fits := q.arrange(limit)
		if !fits {
			m.fault(q.refusal(cloud, limit, m.place(cloud), m.in.Observed.Assumed))
			continue
		}
		for _, o := range q.operations {
			q.wait(o, waits[o])
		}
		q.secure(limit, late)
		out = append(out, Quota{Connection: cloud, Vendor: observed.VendorOf(cloud), Limit: limit, Live: q.live,
			After: q.live + q.net})
	}
	return out
}

func (m *maker) place(cloud string) diag.Range {
	connection, _ := config.Find(m.in.Desired.Clouds, cloud)
	return connection.Range
}

func (m *maker) newQuota(cloud string, operations []*Operation) *quota {
	q := &quota{parallelism: m.in.Parallelism, demands: map[*Operation]demand{}, frees: map[addr.Address]int{}}
	if q.parallelism <= 0 {
		q.parallelism = defaultParallelism
	}
	for key := range m.in.Observed.Credentials {
		if key.Cloud == cloud {
			q.live++
		}
	}
	blocked := map[addr.Address]bool{}
	for _, o := range operations {
		blocked[o.Address] = len(o.Blocked) > 0
	}
	for _, o := range operations {
		waitsForBlocked := slices.ContainsFunc(o.After, func(w Wait) bool { return blocked[w.Address] })
		if o.Cloud != cloud || blocked[o.Address] || waitsForBlocked {
			continue
		}
		d := m.demandOf(o)
		q.mints += d.mints
		q.net += d.net()
		switch {
		case d == demand{}:
		case d.mints == 0:
			q.frees[o.Address] = d.revokes
			if len(o.After) == 0 {
				q.freeing = append(q.freeing, o)
			}
		default:
			q.operations = append(q.operations, o)
			q.demands[o] = d
		}
	}
	return q
}

// demandOf counts what an operation mints, and what it revokes that lives.
func (m *maker) demandOf(o *Operation) demand {
	var d demand
	revoked := map[string]bool{}
	for _, s := range o.Steps {
		switch s := s.(type) {
		case IssueCredential:
			d.mints++
			d.peak = max(d.peak, d.net())
		case RevokeCredential:
			_, live := m.in.Observed.Credential(o.Cloud, s.ID)
			if live && !revoked[s.ID] {
				revoked[s.ID] = true
				d.revokes++
			}
		}
	}
	return d
}

// arrange lets operations run as early as the limit allows. It returns those that come late,
// and which of those that only revoke each of them waits for. It reports whether there is a way
// at all.
func (q *quota) arrange(limit int) (late []*Operation, waits map[*Operation][]*Operation, fits bool) {
	var early load
	level := q.live
	for _, o := range q.operations {
		d := q.demands[o]
		with := early.plus(d)
		if len(o.Freed()) > 0 || d.mints > 0 && q.live+with.peak(q.parallelism) > limit {
			late = append(late, o)
			continue
		}
		early = with
		level += d.net()
	}
	waits = map[*Operation][]*Operation{}
	gone, next, then := map[addr.Address]bool{}, 0, load{}
	free := func(p addr.Address) {
		if !gone[p] {
			gone[p] = true
			level -= q.frees[p]
		}
	}
	for _, o := range late {
		freed := o.Freed()
		for _, p := range freed {
			free(p) // a destroy that frees a name frees its credentials as well
		}
		then = then.plus(q.demands[o])
		wanting := func() bool { return level+then.peak(q.parallelism) > limit || len(freed) == 0 && next == 0 }
		for ; wanting() && next < len(q.freeing); next++ {
			free(q.freeing[next].Address)
		}
		if q.demands[o].mints > 0 && wanting() {
			return nil, nil, false
		}
		for _, x := range q.freeing[:next] {
			if !slices.Contains(freed, x.Address) {
				waits[o] = append(waits[o], x)
			}
		}
	}
	return late, waits, true
}

// wait makes an operation wait for those that free credentials.
func (q *quota) wait(o *Operation, freeing []*Operation) {
	if len(freeing) == 0 {
		return
	}
	freed, act := 0, "the destroy of "
	var names []string
	for _, x := range freeing {
		o.await(x.Address, freesCredential)
		freed += q.frees[x.Address]
		names = append(names, x.Address.Label())
		if x.Kind != Destroy {
			act = ""
		}
	}
	const shown = 3
	if len(names) > shown+1 {
		names = append(names[:shown], fmt.Sprintf("%d others", len(names)-shown))
	}
	note := "waits for " + act + names[0] + ", which frees "
	if len(names) > 1 {
		note = "waits for " + strings.Replace(act, "destroy", "destroys", 1) + words.List(names...) + ", which free "
	}
	if freed == 1 {
		note += "a credential"
	} else {
		note += fmt.Sprintf("%d credentials", freed)
	}
	o.Notes = append(o.Notes, note)
}

// refusal says that there is no room for the plan, and how to make room.
func (q *quota) refusal(cloud string, limit int, place diag.Range, assumed bool) diag.Diagnostic {
	needed := limit + 1 + sort.Search(q.mints, func(more int) bool {
		_, _, fits := q.arrange(limit + 1 + more)
		return fits
	})
	instead := ""
	if slices.ContainsFunc(q.operations, overlaps) {
		instead = "end the old keys at once with `bh rotate --no-overlap`, "
	}
	fix := "Remove credentials that nobody uses, " + instead + "split the plan with --target, or have the limit raised and " +
		"set token_limit."
	for n := q.parallelism - 1; n > 0; n-- {
		fewer := *q
		fewer.parallelism = n
		if _, _, fits := fewer.arrange(limit); fits {
			fix = fmt.Sprintf("Run fewer operations at once: --parallelism %d. Or: ", n) + strings.ToLower(fix[:1]) + fix[1:]
			break
		}
	}
	has := fmt.Sprintf("has %d, including those that bh did not make", q.live)
	if assumed {
		has = fmt.Sprintf("the state knows of %d", q.live)
	}
	return diag.Diagnostic{Kind: noCredentialsLeft, Subject: place, Fix: fix,
		Detail: fmt.Sprintf("%s may have %d credentials at once and %s. This plan needs room for %d.",
			cloud, limit, has, needed)}
}

// overlaps reports whether an operation keeps an old key next to a new one.
func overlaps(o *Operation) bool {
	return slices.ContainsFunc(o.Steps, func(s Step) bool {
		store, is := s.(StoreCredential)
		return is && store.Overlap > 0
	})
}

// secure makes late operations wait for all that arrange expects to be done before them, if they could
// start earlier and there is no room to spare.
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
