package agefile

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
)

// A panic in one write leaves none that was taken up with it waiting, and nothing of what
// it had begun is read later.
func TestPanickingWrite_holdsNobodyUp(t *testing.T) {
	dir := t.TempDir()
	settings := vendors.Settings{"path": {Text: filepath.Join(dir, "s.age")}, "identity_file": {Text: filepath.Join(dir, "id.txt")}}
	synctest.Test(t, func(t *testing.T) {
		opened, err := open(t.Context(), vendors.Host{Dir: dir, Now: time.Now}, settings)
		if err != nil {
			t.Fatal(err)
		}
		s := opened.(*Store)
		s.gate.lead <- struct{}{} // so that both writes queue up
		panicked, second := make(chan any, 2), make(chan error, 1)
		go func() {
			defer func() { panicked <- recover() }()
			_ = s.change(context.Background(), func(*document) error { panic("a bug") })
		}()
		synctest.Wait()
		go func() {
			defer func() { _ = recover() }() // where it leads
			second <- s.change(context.Background(), func(*document) error { return nil })
			panicked <- nil
		}()
		synctest.Wait()
		<-s.gate.lead
		synctest.Wait()
		if len(panicked) == 0 {
			t.Error("nobody was told of the panic, or somebody waits for ever")
		}
		if len(second) > 0 {
			if err := <-second; err == nil {
				t.Error("a write that was not carried out is said to be done")
			}
		}
		if s.gate.known != nil {
			t.Error("what the write had begun is in memory")
		}
	})
}
