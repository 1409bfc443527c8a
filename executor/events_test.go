package executor_test

import (
	"context"
	"errors"

	"pgregory.net/rapid"

	"buckethead/planner"
	"buckethead/vendors/memory"
)

// applyStopped asks the apply to stop at some boundary.
func (m *machine) applyStopped(t *rapid.T) {
	n, count := rapid.IntRange(1, 60).Draw(t, "boundary"), 0
	m.stop = make(chan struct{})
	stop := func(memory.Call) error {
		if count++; count == n {
			close(m.stop)
		}
		return nil
	}
	m.hooked(t, stop, stop)
	m.guard.reset()
	_, _, _ = m.apply(planner.Normal)
	m.stop = nil
	m.unhook(t)
}

// applyUnrecorded lets the state refuse some writes in a row.
func (m *machine) applyUnrecorded(t *rapid.T) {
	n, writes, count := rapid.IntRange(1, 20).Draw(t, "write"), rapid.SampledFrom([]int{1, 2, 1000}).Draw(t, "writes"), 0
	m.hooked(t, func(memory.Call) error { return nil }, func(memory.Call) error { return nil })
	m.state.Before = func(string) error {
		if count++; count >= n && count < n+writes {
			return errors.New("no space left on the device")
		}
		return nil
	}
	m.guard.reset()
	_, _, _ = m.apply(planner.Normal)
	m.unhook(t)
}

// reblock changes what stands in the blocks of the cloud and the stores.
func (m *machine) reblock(t *rapid.T) {
	switch rapid.IntRange(0, 2).Draw(t, "block") {
	case 0:
		m.moved = rapid.SampledFrom([]string{"", "https://elsewhere", "https://nobody" + unheard}).Draw(t, "endpoint")
	case 1:
		m.shape = rapid.SampledFrom([]string{"first", "second"}).Draw(t, "shape")
	case 2:
		secrets := rapid.SampledFrom([]string{store, other}).Draw(t, "store")
		now, _ := m.world.Store(secrets).ReadRecipients(context.Background())
		if len(now.Stored) == 0 {
			now.Stored = []string{"own"}
		}
		m.recipients(secrets, now.Stored, rapid.SampledFrom([][]string{{"own"}, {"own", "kim"}, {"own", "lee"}}).Draw(t, "recipients"))
	}
}
