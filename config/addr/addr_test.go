package addr

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// projects draws addresses as config makes them: any name, and any key that is text.
func projects() *rapid.Generator[Address] {
	return rapid.Custom(func(t *rapid.T) Address {
		return Address{
			Kind: Project,
			Name: rapid.StringMatching(`[\pL_][\pL\p{Nd}_-]{0,12}`).Draw(t, "name"),
			Key:  rapid.String().Draw(t, "key"),
		}
	})
}

func TestParse_readsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := projects().Draw(t, "project")
		if got, err := Parse(p.String()); err != nil || got != p {
			t.Fatalf("%s: got %+v, %v", p, got, err)
		}
		if got, err := Parse(p.Label()); err != nil || got.Kind != 0 || Resolve(got) != p {
			t.Fatalf("%s: got %+v, %v", p.Label(), got, err)
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Address{
		"photos":                        {Name: "photos"},
		"project.photos":                {Kind: Project, Name: "photos"},
		"project.cloud":                 {Kind: Project, Name: "cloud"},
		"cloud":                         {Name: "cloud"},
		"cloud.local.main":              {Kind: Cloud, Name: "local.main"},
		"secrets.age_file.main":         {Kind: Secrets, Name: "age_file.main"},
		`project.tenant["north"]`:       {Kind: Project, Name: "tenant", Key: "north"},
		`tenant["a\"b"]`:                {Name: "tenant", Key: `a"b`},
		`project.tenant["a][b.\u00e9"]`: {Kind: Project, Name: "tenant", Key: "a][b.é"},
		"project":                       {Name: "project"},
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "project.", "cloud.", "cloud.local", "secrets.a.b.c", `secrets.a.b["x"]`, "policy.a", "project.a.b", "a b", "1a", "-a", "a[", "a[]", `a[""]`, `a["x"`, `a["x"]]`, "a[x]", "a['x']", "a[`x`]", `a["x"]["y"]`, `["x"]`, "a[\"\xff\"]", `a["\xff"]`, "\xff",
	} {
		if got, err := Parse(text); !errors.Is(err, ErrMalformed) || !got.IsZero() {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}

func TestResolve(t *testing.T) {
	store, project := Address{Kind: Secrets, Name: "x"}, Address{Kind: Project, Name: "x"}
	open := Address{Name: "x"}
	for _, c := range []struct {
		of    Address
		lists [][]Address
		want  Address
	}{
		{open, nil, project},
		{open, [][]Address{{}, {store}}, store},
		{open, [][]Address{{project}, {store}}, project},
		{Address{Name: "x", Key: "k"}, [][]Address{{store}}, Address{Kind: Project, Name: "x", Key: "k"}},
		{store, [][]Address{{project}}, store},
		{Address{}, [][]Address{{project}}, Address{}},
	} {
		if got := Resolve(c.of, c.lists...); got != c.want {
			t.Errorf("%v within %v: got %v", c.of, c.lists, got)
		}
	}
}

func TestParseProject(t *testing.T) {
	photos := Address{Kind: Project, Name: "photos"}
	for _, text := range []string{"photos", "project.photos"} {
		if got, err := ParseProject(text); err != nil || got != photos || got.CheckProject() != nil {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a b", "secrets.age_file.main", "cloud.local.main"} {
		if got, err := ParseProject(text); !errors.Is(err, ErrMalformed) || !got.IsZero() {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, a := range []Address{{}, {Name: "photos"}, {Kind: Secrets, Name: "age_file.main"}, {Kind: Project, Name: "a b"}} {
		if err := a.CheckProject(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%+v: got %v", a, err)
		}
	}
}

func TestAddress_isAKeyInJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[Address]int{projects().Draw(t, "project"): 1, {}: 2}
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got map[Address]int
		if err := json.Unmarshal(raw, &got); err != nil || len(got) != 2 {
			t.Fatalf("%s: got %v, %v", raw, got, err)
		}
		for p, n := range want {
			if got[p] != n {
				t.Fatalf("%s: got %v", raw, got)
			}
		}
	})
	p := Address{Name: "kept"}
	for _, text := range []string{"a b", "photos"} {
		if err := p.UnmarshalText([]byte(text)); !errors.Is(err, ErrMalformed) || p.Name != "kept" {
			t.Errorf("%q: got %v, %v", text, p, err)
		}
	}
	if text, err := p.MarshalText(); !errors.Is(err, ErrMalformed) {
		t.Errorf("an address without a kind is written as %q, %v", text, err)
	}
}

func TestCompare_isATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(projects(), 3, 3).Draw(t, "projects")
		a, b, c := list[0], list[1], list[2]
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatal(a, b)
		}
		slices.SortFunc(list, Address.Compare)
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
