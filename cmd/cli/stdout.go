package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// result is standard output. It remembers a failed write, because a run must not exit 0 if nobody could read its
// plan.
type result struct {
	to  io.Writer
	err error
}

func (r *result) Write(b []byte) (int, error) {
	n, err := r.to.Write(b)
	if r.err == nil && err != nil && !errors.Is(err, syscall.EPIPE) {
		r.err = fmt.Errorf("write the result: %w", err)
	}
	return n, err
}

// heldLines keeps what is written until it is known which stream gets it.
type heldLines struct {
	to   io.Writer
	kept bytes.Buffer
	open bool
}

func (h *heldLines) Write(b []byte) (int, error) {
	if h.open {
		return h.to.Write(b)
	}
	return h.kept.Write(b)
}

func (h *heldLines) release(to io.Writer) {
	h.to, h.open = to, true
	_, _ = h.kept.WriteTo(to) // standard output remembers its own errors
}
