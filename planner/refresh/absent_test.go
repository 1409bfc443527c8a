package refresh_test

import (
	"context"
	"errors"
	"testing"

	"buckethead/planner/refresh"
	"buckethead/vendors"
)

// absent is a store that may be missing as a whole.
type absent struct {
	vendors.SecretReader
	text  string
	err   error
	asked *int
}

func (a absent) Absent(context.Context) (string, error) {
	*a.asked++
	return a.text, a.err
}

// hidden hides what it holds from all but vendors.As.
type hidden struct{ vendors.SecretReader }

func (h hidden) Unwrap() any { return h.SecretReader }

// A store that lists nothing although the state has items in it is asked whether it is
// there at all.
func TestObserve_asksForAStoreThatIsMissing(t *testing.T) {
	denied := errors.New("no right to look")
	for name, test := range map[string]struct {
		projects int
		lose     bool
		text     string
		err      error
		asked    int
	}{
		"all is well":       {projects: 2, text: "the file x"},
		"nothing is stored": {projects: 0, text: "the file x"},
		"all items gone":    {projects: 2, lose: true, text: "", asked: 1},
		"missing":           {projects: 2, lose: true, text: "the file x", asked: 1},
		"nobody can tell":   {projects: 2, lose: true, err: denied, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, test.projects)
			if test.lose {
				for _, item := range s.world.Store(store).Items() {
					s.world.Store(store).RemoveItem(item.ID)
				}
			}
			asked := 0
			readers := s.readers()
			readers.Secrets = func(_ context.Context, c string) (vendors.SecretReader, error) {
				return hidden{absent{s.world.Store(c), test.text, test.err, &asked}}, nil
			}
			world, diags := refresh.Observe(context.Background(), readers, s.request)
			if asked != test.asked || diags.HasErrors() != (test.err != nil) || test.err != nil && !errors.Is(diags.Err(), test.err) {
				t.Fatalf("asked %d times, %v", asked, diags)
			}
			if want := test.text; test.asked == 0 && world.Missing[store] != "" || test.asked > 0 && world.Missing[store] != want {
				t.Errorf("got %q", world.Missing)
			}
		})
	}
}
