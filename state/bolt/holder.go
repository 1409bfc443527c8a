package bolt

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"buckethead/state"
)

// note says who has the state open for writing, beside the file for those who wait. The
// lock is the kernel's.
type note struct {
	state.Holder
	Since time.Time `json:"since"`
}

func holderPath(path string) string { return path + ".holder" }

// writeHolder leaves the note. That it cannot is no reason to refuse the work.
func writeHolder(path string, o Options) {
	if text, err := json.Marshal(note{o.Holder, o.Now().UTC()}); err == nil {
		_ = os.WriteFile(holderPath(path), text, 0o600)
	}
}

func removeHolder(path string) { _ = os.Remove(holderPath(path)) }

// lockedBy words a lock that another process has.
func lockedBy(path string, now time.Time) error {
	who := "another process"
	var h note
	if text, err := os.ReadFile(holderPath(path)); err == nil && json.Unmarshal(text, &h) == nil && h.PID != 0 {
		who = h.describe(now)
	}
	return fmt.Errorf("%w: %s is held by %s; wait for it, or give it more time with --lock-timeout", state.ErrLocked, path, who)
}

func (h note) describe(now time.Time) string {
	parts := []string{fmt.Sprintf("process %d", h.PID)}
	if h.Command != "" {
		parts[0] += " (" + h.Command + ")"
	}
	if h.Actor != "" {
		parts = append(parts, "of "+h.Actor)
	}
	if h.Host != "" {
		parts = append(parts, "on "+h.Host)
	}
	parts = append(parts, fmt.Sprintf("since %s (%s ago)", h.Since.Format(time.RFC3339), now.Sub(h.Since).Round(time.Second)))
	if h.Run != "" {
		parts = append(parts, "run "+h.Run)
	}
	return strings.Join(parts, " ")
}
