package bolt

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"buckethead/config/words"
	"buckethead/state"
	"buckethead/vendors/folder"
)

// note is the content of the file next to the state that says who has the state open for
// writing. It is only for processes that wait: the lock itself is the kernel's.
type note struct {
	state.Holder
	Since time.Time `json:"since"`
}

// noteLimit bounds how much of a note is read: anyone who can write to the folder of the state can
// write a note.
const noteLimit = 16 << 10

func holderPath(path string) string { return path + ".holder" }

// writeHolder writes the note, unless it would contain a secret. If it cannot be written, the work
// continues without it.
func writeHolder(path string, o Options) {
	if text, err := json.Marshal(note{o.Holder, o.Now().UTC()}); err == nil && (o.Secret == nil || !o.Secret(text)) {
		_ = os.WriteFile(holderPath(path), text, 0o600)
	}
}

func removeHolder(path string) { _ = os.Remove(holderPath(path)) }

// holder reads the note. It returns a zero note if there is none.
func holder(path string) (h note) {
	text, err := folder.Read(os.DirFS(filepath.Dir(path)), filepath.Base(holderPath(path)), noteLimit)
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return note{}
	}
	return h
}

// lockedBy returns the error for a state that another process has locked.
func lockedBy(path string, now time.Time) error {
	who := "another process"
	if h := holder(path); h.PID != 0 {
		ago := now.Sub(h.Since).Round(time.Second)
		who = fmt.Sprintf("%s since %s (%s ago)", h.Describe(), words.Time(h.Since), ago)
	}
	return fmt.Errorf("%w: %s is held by %s; wait for it, or wait longer with --lock-timeout", state.ErrLocked, path, who)
}
