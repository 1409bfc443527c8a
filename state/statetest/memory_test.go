package statetest_test

import (
	"testing"

	"buckethead/state"
	"buckethead/state/statetest"
)

func TestMemory(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Store { return statetest.NewMemory("main") },
		func(_ *testing.T, s state.Store) state.Store { return s })
}
