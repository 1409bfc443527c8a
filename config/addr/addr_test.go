package addr

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// projects draws addresses as config makes them: any name, and any key that is text.
func projects() *rapid.Generator[Project] {
	return rapid.Custom(func(t *rapid.T) Project {
		return Project{
			Name: rapid.StringMatching(`[\pL_][\pL\p{Nd}_-]{0,12}`).Draw(t, "name"),
			Key:  rapid.String().Draw(t, "key"),
		}
	})
}

func TestParse_readsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := projects().Draw(t, "project")
		for _, text := range []string{p.String(), p.Label()} {
			if got, err := Parse(text); err != nil || got != p {
				t.Fatalf("%s: got %+v, %v", text, got, err)
			}
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Project{
		"photos":                        {Name: "photos"},
		"project.photos":                {Name: "photos"},
		`project.tenant["north"]`:       {Name: "tenant", Key: "north"},
		`tenant["a\"b"]`:                {Name: "tenant", Key: `a"b`},
		`project.tenant["a][b.\u00e9"]`: {Name: "tenant", Key: "a][b.é"},
		"project":                       {Name: "project"},
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "project.", "project.a.b", "a b", "1a", "-a", "a[", "a[]", `a[""]`, `a["x"`, `a["x"]]`, "a[x]", "a['x']", "a[`x`]", `a["x"]["y"]`, `["x"]`, "a[\"\xff\"]", `a["\xff"]`, "\xff",
	} {
		if got, err := Parse(text); !errors.Is(err, ErrMalformed) || !got.IsZero() {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}

func TestProject_isAKeyInJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[Project]int{projects().Draw(t, "project"): 1, {}: 2}
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got map[Project]int
		if err := json.Unmarshal(raw, &got); err != nil || len(got) != 2 {
			t.Fatalf("%s: got %v, %v", raw, got, err)
		}
		for p, n := range want {
			if got[p] != n {
				t.Fatalf("%s: got %v", raw, got)
			}
		}
	})
	p := Project{Name: "kept"}
	if err := p.UnmarshalText([]byte("a b")); !errors.Is(err, ErrMalformed) || p.Name != "kept" {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestCompare_isATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(projects(), 3, 3).Draw(t, "projects")
		a, b, c := list[0], list[1], list[2]
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatal(a, b)
		}
		slices.SortFunc(list, Project.Compare)
		if list[0].Compare(list[2]) > 0 {
			t.Fatal(a, b, c)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"photos", `project.tenant["north"]`, `a["\u00e9"]`, `a["x"`, "project.", "a[\"\xff\"]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || !p.IsZero() {
				t.Errorf("%q: %+v, %v", text, p, err)
			}
			return
		}
		if again, err := Parse(p.String()); err != nil || again != p {
			t.Errorf("%q: %s is read as %+v, %v", text, p, again, err)
		}
	})
}
