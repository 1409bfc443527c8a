// Package statetest contains the conformance suite for implementations of [state.Store], and a store
// in memory for tests of packages that use one.
//
// # The suite
//
// [Run] checks that a store does what the comments of package state say, with a subtest for each
// promise:
//
//	statetest.Run(t, open, reopen)
//
// open returns an empty store; reopen closes a store and opens it again. How a store locks, backs up and
// survives a crash differs between stores and is tested in their own packages.
//
// # The store in memory
//
// [Memory] is a [state.Store] that passes the suite. Its hooks Before and After are called around each
// transaction. Before can refuse one, and both may panic, which simulates a process that is killed at
// that moment. [Memory.Clone] copies the state at any point of a test.
package statetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"buckethead/config/addr"
	"buckethead/state"
)

// Memory is a state.Store in memory. It is safe for concurrent use.
type Memory struct {
	// Before is called before a transaction, and After when it is durable, with the
	// method's name. If Before returns an error, so does the method, and nothing is
	// written. Both may panic, which simulates a kill. Set them only while no method
	// runs.
	Before func(method string) error
	After  func(method string)

	mu      sync.Mutex
	now     state.Snapshot
	next    uint64
	history []state.Entry
}

var _ state.Store = (*Memory)(nil)

// NewMemory returns an empty state.
func NewMemory(stack string) *Memory {
	return &Memory{now: state.Snapshot{
		Meta: state.Meta{Format: state.Format, Stack: stack, Lineage: "lineage-of-" + stack,
			FingerprintKey: []byte("a key for tests")},
		Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{},
	}}
}

// EditMeta changes the meta value, such as the lineage, which is otherwise the same for all
// states of one stack.
func (m *Memory) EditMeta(change func(*state.Meta)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.now.Meta)
}

// Clone returns a copy of the state without the hooks. The two share nothing.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{now: cloneSnapshot(m.now), next: m.next, history: slices.Clone(m.history)}
}

// checked refuses malformed addresses. The zero address is malformed as well, except among
// the optional ones.
func checked(projects []addr.Address, optional ...addr.Address) error {
	given := slices.DeleteFunc(optional, addr.Address.IsZero)
	for _, p := range slices.Concat(projects, given) {
		if err := p.CheckProject(); err != nil {
			return err
		}
	}
	return nil
}

func inRecord(r *state.Record) addr.Address {
	if r == nil || r.Item == nil {
		return addr.Address{}
	}
	return r.Item.Address
}

func inWatches(watches []state.Watch) (out []addr.Address) {
	for _, w := range watches {
		out = append(out, w.Project)
	}
	return out
}

func inEntries(entries []state.Entry) (out []addr.Address) {
	for _, e := range entries {
		out = append(out, e.Project)
	}
	return out
}

// write runs one transaction. addresses is the result of checked.
func (m *Memory) write(method string, addresses error, change func()) error {
	if addresses != nil {
		return addresses
	}
	if m.Before != nil {
		if err := m.Before(method); err != nil {
			return err
		}
	}
	m.mu.Lock()
	change()
	m.now.Meta.Serial++
	m.mu.Unlock()
	if m.After != nil {
		m.After(method)
	}
	return nil
}

// Begin implements [state.Journal].
func (m *Memory) Begin(ctx context.Context, i state.Intent) (state.Intent, error) {
	if err := ctx.Err(); err != nil {
		return state.Intent{}, err
	}
	err := m.write("Begin", checked([]addr.Address{i.Project}), func() {
		m.next++
		i.ID = m.next
		m.now.Intents = append(m.now.Intents, cloneIntent(i))
		m.now.Sequences[i.Project] = max(m.now.Sequences[i.Project], i.Sequence)
	})
	if err != nil {
		return state.Intent{}, err
	}
	return i, nil
}

// Commit implements [state.Journal].
func (m *Memory) Commit(_ context.Context, i state.Intent, r state.Record) error {
	return m.write("Commit", checked([]addr.Address{r.Project}, inRecord(&r)), func() {
		m.now.Records[r.Project] = CloneRecord(r)
		m.drop(func(x state.Intent) bool { return i.ID != 0 && x.ID == i.ID })
	})
}

// Abort implements [state.Journal].
func (m *Memory) Abort(_ context.Context, i state.Intent) error {
	return m.write("Abort", nil, func() { m.drop(func(x state.Intent) bool { return x.ID == i.ID }) })
}

func (m *Memory) drop(which func(state.Intent) bool) {
	m.now.Intents = slices.DeleteFunc(m.now.Intents, which)
}

// Move implements [state.Journal].
func (m *Memory) Move(_ context.Context, from, to addr.Address, entries ...state.Entry) error {
	return m.write("Move", checked([]addr.Address{from, to}, inEntries(entries)...), func() {
		m.history = append(m.history, entries...)
		if r, ok := m.now.Records[from]; ok {
			delete(m.now.Records, from)
			r.Project = to
			m.now.Records[to] = r
		}
		for i := range m.now.Intents {
			if m.now.Intents[i].Project == from {
				m.now.Intents[i].Project = to
			}
		}
		for i := range m.now.Watches {
			if m.now.Watches[i].Project == from {
				m.now.Watches[i].Project = to
			}
		}
		if n, known := m.now.Sequences[from]; known {
			m.now.Sequences[to] = max(m.now.Sequences[to], n)
		}
	})
}

// Settle implements [state.Journal].
func (m *Memory) Settle(_ context.Context, s state.Settlement) error {
	if s.Record != nil && s.Record.Project != s.Project {
		return fmt.Errorf("settle %s: the record is of %s", s.Project, s.Record.Project)
	}
	addresses := slices.Concat(inWatches(s.Watch), inEntries(s.Entries), []addr.Address{inRecord(s.Record)})
	return m.write("Settle", checked([]addr.Address{s.Project}, addresses...), func() {
		m.history = append(m.history, s.Entries...)
		m.drop(func(x state.Intent) bool { return x.Project == s.Project && !slices.Contains(s.Keep, x.ID) })
		delete(m.now.Records, s.Project)
		if s.Record != nil {
			m.now.Records[s.Project] = CloneRecord(*s.Record)
		}
		kept := slices.DeleteFunc(m.now.Watches, func(w state.Watch) bool { return slices.Contains(s.Unwatch, w.Name) })
		m.setWatches(kept, s.Watch)
	})
}

// SetWatches implements [state.Journal].
func (m *Memory) SetWatches(_ context.Context, w []state.Watch) error {
	return m.write("SetWatches", checked(nil, inWatches(w)...), func() { m.setWatches(nil, w) })
}

// setWatches keeps one watch for each name, the last one.
func (m *Memory) setWatches(kept, more []state.Watch) {
	byName := map[string]state.Watch{}
	for _, w := range slices.Concat(kept, more) {
		byName[w.Name] = w
	}
	m.now.Watches = slices.SortedFunc(maps.Values(byName), func(a, b state.Watch) int {
		return cmp.Compare(a.Name, b.Name)
	})
}

// Append implements [state.Journal].
func (m *Memory) Append(_ context.Context, e ...state.Entry) error {
	return m.write("Append", checked(nil, inEntries(e)...), func() { m.history = append(m.history, e...) })
}

// Snapshot implements [state.Reader].
func (m *Memory) Snapshot() (state.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return cloneSnapshot(m.now), nil
}

func cloneSnapshot(s state.Snapshot) state.Snapshot {
	out := s
	out.Meta.FingerprintKey = slices.Clone(s.Meta.FingerprintKey)
	out.Records = make(map[addr.Address]state.Record, len(s.Records))
	for p, r := range s.Records {
		out.Records[p] = CloneRecord(r)
	}
	out.Intents, out.Watches, out.Sequences = slices.Clone(s.Intents), slices.Clone(s.Watches), maps.Clone(s.Sequences)
	for i := range out.Intents {
		out.Intents[i] = cloneIntent(out.Intents[i])
	}
	return out
}

// History implements [state.Reader].
func (m *Memory) History(about addr.Address, limit int) ([]state.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []state.Entry
	for _, e := range slices.Backward(m.history) {
		if (about.IsZero() || e.Address() == about) && (limit == 0 || len(out) < limit) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Close implements [state.Reader].
func (m *Memory) Close() error { return nil }

func cloneIntent(i state.Intent) state.Intent {
	if i.Change != nil {
		change := *i.Change
		change.Settings, change.Detach = change.Settings.Clone(), slices.Clone(change.Detach)
		i.Change = &change
	}
	return i
}

// CloneRecord returns a deep copy of a record.
func CloneRecord(r state.Record) state.Record {
	if r.Bucket != nil {
		b := *r.Bucket
		r.Bucket = &b
	}
	if r.Item != nil {
		item := *r.Item
		item.Fields = maps.Clone(item.Fields)
		r.Item = &item
	}
	for _, c := range []**state.CredentialRef{&r.Active, &r.Pending} {
		if *c != nil {
			copied := **c
			*c = &copied
		}
	}
	r.Applied.AllowedIPs = slices.Clone(r.Applied.AllowedIPs)
	r.Applied.Settings = r.Applied.Settings.Clone()
	r.Retiring, r.Former = slices.Clone(r.Retiring), slices.Clone(r.Former)
	return r
}
