package bolt_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// TestWriting_isTheOnlyWayToWrite allows the methods of bbolt that change a file in
// writing.go alone, where each of them keeps the tally in step.
func TestWriting_isTheOnlyWayToWrite(t *testing.T) {
	writes := map[string]bool{"Put": true, "Delete": true, "CreateBucket": true, "CreateBucketIfNotExists": true, "DeleteBucket": true,
		"MoveBucket": true, "NextSequence": true, "SetSequence": true, "Update": true, "Batch": true}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files, met := token.NewFileSet(), 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			switch {
			case !ok || !writes[method.Sel.Name]:
			case name == "writing.go":
				met++
			default:
				t.Errorf("%s: %s goes around the tally", files.Position(call.Pos()), method.Sel.Name)
			}
			return true
		})
	}
	if met == 0 {
		t.Error("writing.go writes nothing")
	}
}

// TestWriting_keepsTheTally does each thing that writes, and counts again.
func TestWriting_keepsTheTally(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	photos, albums := addr.Address{Kind: addr.Project, Name: "photos"}, addr.Address{Kind: addr.Project, Name: "albums"}
	begun, reserved := state.Intent{}, []state.Intent{}
	ctx := context.Background()
	for _, step := range []struct {
		name  string
		write func() error
	}{
		{"create", func() error { return nil }},
		{"Begin", func() (err error) {
			begun, err = s.Begin(ctx, state.Intent{Project: photos, Sequence: 4, Step: "s"})
			return err
		}},
		{"Commit", func() error { return s.Commit(ctx, begun, state.Record{Project: photos}) }},
		{"Commit again", func() error { return s.Commit(ctx, begun, state.Record{Project: photos, Generation: 2}) }},
		{"Reserve", func() (err error) {
			reserved, err = s.Reserve(ctx, []state.Intent{{Project: photos, Sequence: 5}, {Project: photos}, {Project: albums}})
			return err
		}},
		{"Drop", func() error { return s.Drop(ctx, []uint64{reserved[2].ID, 99}) }},
		{"Abort", func() error { return s.Abort(ctx, reserved[1]) }},
		{"SetWatches", func() error { return s.SetWatches(ctx, []state.Watch{{Name: "a", Project: photos}, {Name: "b"}}) }},
		{"SetWatches again", func() error { return s.SetWatches(ctx, []state.Watch{{Name: "b"}, {Name: "c", Project: photos}}) }},
		{"Move", func() error { return s.Move(ctx, photos, albums) }},
		{"Settle", func() error {
			return s.Settle(ctx, state.Settlement{Project: albums, Record: &state.Record{Project: albums}, Unwatch: []string{"b", "x"}, Watch: []state.Watch{{Name: "d"}}})
		}},
		{"Settle without a record", func() error { return s.Settle(ctx, state.Settlement{Project: albums}) }},
		{"Append", func() error { return s.Append(ctx, state.Entry{Operation: "a"}, state.Entry{Operation: "b"}) }},
		{"SkipSerial", func() error { return s.SkipSerial(7) }},
		{"refused", func() error {
			if err := s.Commit(ctx, begun, state.Record{}); err == nil {
				return errors.New("it was not refused")
			}
			return nil
		}},
	} {
		if err := errors.Join(step.write(), bolt.CheckTally(s)); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	backup := written(t, 3)
	if _, err := s.Begin(ctx, state.Intent{Project: photos, Sequence: 9, Step: "s"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Restore(ctx, path, backup, options()); err != nil {
		t.Fatal(err)
	}
	restored := open(t, path)
	snap, err := restored.Snapshot()
	if err := errors.Join(err, bolt.CheckTally(restored)); err != nil || len(snap.Records) != 3 || len(snap.Intents) != 1 || len(snap.Watches) != 2 || snap.Sequences[photos] != 9 {
		t.Errorf("restored: %+v, %v", snap, err)
	}
}
