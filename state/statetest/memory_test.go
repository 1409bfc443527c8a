package statetest_test

import (
	"errors"
	"reflect"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/statetest"
)

var photos = addr.Address{Kind: addr.Project, Name: "photos"}

func TestMemory(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Store { return statetest.NewMemory("main") },
		func(_ *testing.T, s state.Store) state.Store { return s.(*statetest.Memory).Clone() })
}

func snapshot(t *testing.T, m *statetest.Memory) state.Snapshot {
	t.Helper()
	snap, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestMemory_cloneSharesNothing(t *testing.T) {
	m := statetest.NewMemory("main")
	m.Before = func(string) error { return nil }
	if err := m.Commit(t.Context(), state.Intent{}, state.Record{Project: photos, Item: &state.ItemRef{Fields: map[string]string{"a": "b"}}}); err != nil {
		t.Fatal(err)
	}
	c := m.Clone()
	before := snapshot(t, c)
	if c.Before != nil || !reflect.DeepEqual(before, snapshot(t, m)) {
		t.Error("the copy is not the state alone")
	}
	for _, write := range []error{m.Settle(t.Context(), state.Settlement{Project: photos}), m.Append(t.Context(), state.Entry{}), m.SetWatches(t.Context(), []state.Watch{{Name: "w"}})} {
		if write != nil {
			t.Fatal(write)
		}
	}
	if entries, _ := c.History(addr.Address{}, 0); len(entries) != 0 || !reflect.DeepEqual(before, snapshot(t, c)) {
		t.Error("a write to the one is in the other")
	}
	first, _ := m.Begin(t.Context(), state.Intent{Project: photos})
	again, _ := c.Begin(t.Context(), state.Intent{Project: photos})
	if first.ID != again.ID {
		t.Errorf("the copy counts intents on its own: %d and %d", first.ID, again.ID)
	}
}

// TestMemory_hooks kills and fails writes at both sides of the moment at which they
// are durable.
func TestMemory_hooks(t *testing.T) {
	full := errors.New("disk full")
	kill := func(m *statetest.Memory) (killed bool) {
		defer func() { killed = recover() != nil }()
		_ = m.Commit(t.Context(), state.Intent{}, state.Record{Project: photos})
		return false
	}
	for name, c := range map[string]struct {
		set     func(*statetest.Memory)
		written bool
	}{
		"an error before": {func(m *statetest.Memory) { m.Before = func(string) error { return full } }, false},
		"a kill before":   {func(m *statetest.Memory) { m.Before = func(string) error { panic("killed") } }, false},
		"a kill after":    {func(m *statetest.Memory) { m.After = func(string) { panic("killed") } }, true},
	} {
		m := statetest.NewMemory("main")
		before := snapshot(t, m)
		c.set(m)
		if killed := kill(m); killed == (name == "an error before") {
			t.Errorf("%s: killed is %t", name, killed)
		}
		if after := snapshot(t, m); (len(after.Records) == 1) != c.written || (after.Meta.Serial > before.Meta.Serial) != c.written {
			t.Errorf("%s left %+v", name, after)
		}
		m.Before, m.After = nil, nil
		if err := m.Abort(t.Context(), state.Intent{}); err != nil {
			t.Errorf("%s: the state is stuck: %v", name, err)
		}
	}
	m := statetest.NewMemory("main")
	m.Before = func(method string) error {
		if method == "Begin" {
			return full
		}
		return nil
	}
	if i, err := m.Begin(t.Context(), state.Intent{Project: photos}); !errors.Is(err, full) || i.ID != 0 {
		t.Errorf("got %+v, %v", i, err)
	}
}
