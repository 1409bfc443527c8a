package cli

import (
	"errors"
	"slices"
	"testing"
)

type closing struct {
	name   string
	closed *[]string
	err    error
}

func (c *closing) Close() error { *c.closed = append(*c.closed, c.name); return c.err }

// What was opened last is closed first. A fault of what was closed before the end is told
// by the code that closed it, and not again by the session.
func TestSession_closesInReverse(t *testing.T) {
	var closed []string
	broken := errors.New("broken")
	log, early, last := &closing{"log", &closed, nil}, &closing{"early", &closed, broken}, &closing{"last", &closed, nil}
	s := &session{}
	s.closers = append(s.closers, log, early, last)
	if err := s.closeNow(early); !errors.Is(err, broken) {
		t.Errorf("closed early: %v", err)
	}
	if err := s.close(); err != nil || !slices.Equal(closed, []string{"early", "last", "log"}) {
		t.Errorf("closed %v, %v", closed, err)
	}
}
