package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"buckethead/config/language"
	"buckethead/config/names"
	"buckethead/config/policy"
	"buckethead/config/write"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// row is a block or an attribute with the blocks around it. Of a block with kinds, the label is a step
// of the path.
type row struct {
	path      []string
	tables    []*language.Block
	attribute *language.Attribute // nil for a block
}

func (r row) name() string { return strings.Join(r.path, ".") }

func (r row) table() *language.Block { return r.tables[len(r.tables)-1] }

func (r row) file() string {
	return filepath.Join("..", "testdata", "language", r.name()+".hcl")
}

func (r row) example() string {
	if r.attribute != nil {
		return r.attribute.Example
	}
	return r.table().Example
}

// rowsOf returns the rows of the language with all real vendors and states.
func rowsOf(o Options) []row {
	var out []row
	var walk func(path []string, tables []*language.Block)
	walk = func(path []string, tables []*language.Block) {
		b := tables[len(tables)-1]
		step := func(name string) []string { return append(slices.Clone(path), name) }
		out = append(out, row{path, tables, nil})
		for i := range b.Attributes {
			out = append(out, row{step(b.Attributes[i].Name), tables, &b.Attributes[i]})
		}
		for _, inner := range b.Blocks {
			walk(step(inner.Name), append(slices.Clone(tables), inner))
		}
		for label, kind := range b.Kinds {
			walk(step(label), append(slices.Clone(tables), kind))
		}
	}
	for _, b := range Language(o) {
		walk([]string{b.Name}, []*language.Block{b})
	}
	return out
}

func realOptions(src string) Options {
	return Options{Overlay: map[string][]byte{DefaultFile: []byte(src)}, Vendors: registry.All(), Version: "0.1.0",
		States: []StateKind{{Name: s3.Kind, Settings: s3.Settings(), OwnHosts: s3.OwnHosts, Check: s3.CheckSettings}},
		Env: func(name string) (string, bool) {
			return map[string]string{"CLOUDFLARE_ACCOUNT_ID": strings.Repeat("0", 32), "CLOUDFLARE_API_TOKEN": "token", "R2_ADMIN_TOKEN": "token",
				"OP_BH_TOKEN":         "ops_eyJzaWduSW5BZGRyZXNzIjogIngiLCAiZW1haWwiOiAieCIsICJzZWNyZXRLZXkiOiAieCIsICJzcnBYIjogIngiLCAibXVrIjogIngiLCAidXNlckF1dGgiOiAieCIsICJkZXZpY2VVdWlkIjogIngifQ",
				"OP_BH_CONNECT_TOKEN": "token", "AGE_IDENTITY": "AGE-SECRET-KEY-1",
				"PHOTOS_SECRET": "secret", "STATE_SECRET": "secret", "STATE_KEY": "AKIA"}[name], name != "OP_CONNECT_HOST"
		}}
}

// shownConfig is all that a file declares.
func shownConfig(c *Config) string {
	c.Sources = nil
	text := fmt.Sprintf("%+v", *c)
	for _, p := range c.Projects {
		text += fmt.Sprintf("%+v %+v %+v", p.Rotate, p.Register, p.Bucket.Settings.PublicAccess)
	}
	return text
}

// TestLanguage_examples: each row has an example file, which is in canonical form, holds the example of the row, and loads; without
// that line it says something else. A file without a row fails as well.
func TestLanguage_examples(t *testing.T) {
	files := map[string]bool{}
	for _, r := range rowsOf(realOptions("")) {
		files[r.name()+".hcl"] = true
		t.Run(r.name(), func(t *testing.T) {
			src, err := os.ReadFile(r.file())
			if err != nil {
				t.Fatal(err)
			}
			if r.example() == "" {
				t.Fatal("the row has no example")
			}
			if formatted, diags := Format(src, DefaultFile); len(diags) > 0 || string(formatted) != string(src) {
				t.Errorf("not in canonical form: %v", diags)
			}
			c, diags := Load(realOptions(string(src)))
			if len(diags) > 0 {
				t.Fatalf("%v\n%s", diags, src)
			}
			told := shownConfig(c)
			without, is := withoutLines(string(src), r.example())
			if !is {
				t.Fatalf("the example is not in it:\n%s", r.example())
			}
			if slices.Contains([]string{"variable.description", "variable.nullable", "variable.type",
				"bh.required_version", "import.bucket"}, r.name()) || r.attribute == nil {
				return // they decide what is refused
			}
			if c, diags := Load(realOptions(without)); len(diags) == 0 && shownConfig(c) == told {
				t.Errorf("it says the same without the example:\n%s", r.example())
			}
		})
	}
	entries, err := os.ReadDir(filepath.Join("..", "testdata", "language"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !files[e.Name()] {
			t.Errorf("%s: the language has no such row", e.Name())
		}
	}
}

// withoutLines blanks the first occurrence of some lines, whatever space they have in them. The lines keep their numbers.
func withoutLines(src, lines string) (string, bool) {
	squeeze := func(l string) string { return strings.Join(strings.Fields(l), " ") }
	all, want := strings.Split(src, "\n"), strings.Split(lines, "\n")
	for i := 0; i+len(want) <= len(all); i++ {
		if slices.EqualFunc(all[i:i+len(want)], want, func(a, b string) bool { return squeeze(a) == squeeze(b) }) {
			for j := range want {
				all[i+j] = ""
			}
			return strings.Join(all, "\n"), true
		}
	}
	return src, false
}

// targets are what blocks become.
func targets() map[*language.Block]any {
	return map[*language.Block]any{
		projectBlock: &Project{}, movedBlock: &Moved{}, removedBlock: &Removed{}, importBlock: &Import{}, policy.Block: &policy.Policy{}, localStateBlock: &Backend{},
		names.VariableBlock: &names.Declaration{}, projectBlock.Block("rotate"): &Rotation{}, projectBlock.Block("register"): &Register{},
		corsBlock: &vendors.CORSRule{}, lifecycleBlock: &vendors.LifecycleRule{}, lockBlock: &vendors.LockRule{}, domainBlock: &vendors.CustomDomain{},
		publicBlock: &vendors.PublicAccess{},
	}
}

// TestLanguage_writesBack: what a row reads from its example is written as its example.
func TestLanguage_writesBack(t *testing.T) {
	written := 0
	for _, r := range rowsOf(realOptions("")) {
		if r.attribute == nil || r.attribute.At == nil || r.attribute.Form == language.Connection {
			continue
		}
		written++
		t.Run(r.name(), func(t *testing.T) {
			table := r.table()
			target, known := any(nil), false
			for of, v := range targets() {
				if of.Name == table.Name && slices.Equal(of.AttributeNames(), table.AttributeNames()) {
					table, target, known = of, v, true
				}
			}
			if !known {
				t.Fatal("it is not known what the block becomes")
			}
			l := newLoader(realOptions(""))
			table.SetDefaults(target)
			l.ev.In(&hclsyntax.Block{Body: &hclsyntax.Body{}}).Read(attributeOf(t, r.attribute.Example), r.attribute, target)
			if len(l.ev.Found.List) > 0 {
				t.Fatal(l.ev.Found.List)
			}
			file := hclwrite.NewEmptyFile()
			write.Block(file.Body(), table, target, table.Labels...)
			text, _ := Format(file.Bytes(), "")
			if _, is := withoutLines(string(text), r.attribute.Example); !is {
				t.Errorf("%s is written as\n%s", r.attribute.Example, text)
			}
		})
	}
	if written < 50 {
		t.Errorf("only %d were written", written)
	}
}

func attributeOf(t *testing.T, line string) *hclsyntax.Attribute {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(line), DefaultFile, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, a := range f.Body.(*hclsyntax.Body).Attributes {
		return a
	}
	t.Fatal("no attribute")
	return nil
}

// TestLanguage_isComplete: each row says what a reference needs, and each default is read as it stands.
func TestLanguage_isComplete(t *testing.T) {
	for _, r := range rowsOf(realOptions("")) {
		doc := r.table().Doc
		if r.attribute != nil {
			doc = r.attribute.Doc
		}
		if doc == "" || !strings.HasSuffix(doc, ".") {
			t.Errorf("%s: the doc is no sentence: %q", r.name(), doc)
		}
		if a := r.attribute; a != nil && a.Form == language.Length && a.Default != "" {
			if _, err := language.ParseDuration(a.Default); err != nil {
				t.Errorf("%s: default: %v", r.name(), err)
			}
		}
	}
}
