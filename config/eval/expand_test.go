package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/config/mask"
	"buckethead/vendors"
)

// nested is a table of blocks in blocks, which projects do not have.
var nested = (&language.Block{Name: "top", Blocks: []*language.Block{
	{Name: "rule", Attributes: texts("a", "b"), Blocks: []*language.Block{
		{Name: "part", Attributes: texts("a", "b"), Blocks: []*language.Block{{Name: "leaf", Attributes: texts("a")}}},
		{Name: "leaf", Attributes: texts("a", "b")},
	}},
	{Name: "leaf", Attributes: texts("a")},
}}).Index()

func texts(names ...string) (out []language.Attribute) {
	for _, name := range names {
		out = append(out, language.Attribute{Name: name, Form: language.Any})
	}
	return out
}

// drawn writes random blocks of a table, ordinary and dynamic. names are those that expressions
// can use.
type drawn struct {
	t *rapid.T
	b strings.Builder
}

func (d *drawn) of(from ...string) string { return rapid.SampledFrom(from).Draw(d.t, "of") }

func (d *drawn) expression(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, name+".key", name+".value", `"<${jsonencode(`+name+`.value)}>"`, "["+name+".key]", name+".value.a", name+".value[0]")
	}
	return d.of(append(all, `"x"`, "7", "null", "var.list", "var.hidden", `var.map["b"]`, "var.deep.in")...)
}

func (d *drawn) collection(names []string) string {
	all := []string{`["x", "y"]`, `toset(["z", "x"])`, `{ k = "v", a = ["w"] }`, `[]`, `{}`, "var.list", "var.map", "var.deep", `[1, "a", null, ["b"], { a = "c" }]`,
		"var.hidden", "null", `"text"`, "3", `[{ a = ["p", "q"] }, { a = [] }]`, `true ? [1] : []`, `toset([{ a = 1 }, { a = 2 }])`, "[var.hidden]"}
	for _, name := range names {
		all = append(all, name+".value", "["+name+".value, "+name+".key]", name+".value.a")
	}
	return d.of(all...)
}

func (d *drawn) body(table *language.Block, names []string, depth int) {
	for _, name := range table.AttributeNames() {
		if rapid.Bool().Draw(d.t, "written") {
			fmt.Fprintf(&d.b, "%s = %s\n", name, d.expression(names))
		}
	}
	types := table.BlockNames()
	if len(types) == 0 {
		return
	}
	for range rapid.IntRange(0, 3).Draw(d.t, "blocks") {
		inner := table.Block(d.of(types...))
		if rapid.Bool().Draw(d.t, "ordinary") {
			fmt.Fprintf(&d.b, "%s {\n", inner.Name)
			d.body(inner, names, depth+1)
			d.b.WriteString("}\n")
			continue
		}
		fmt.Fprintf(&d.b, "dynamic %q {\nfor_each = %s\n", inner.Name, d.collection(names))
		iterator := inner.Name
		if rapid.Bool().Draw(d.t, "named") {
			iterator = d.of("it", "other", "leaf", "rule")
			fmt.Fprintf(&d.b, "iterator = %s\n", iterator)
		}
		d.b.WriteString("content {\n")
		d.body(inner, append(slices.Clone(names), iterator), depth+1)
		d.b.WriteString("}\n}\n")
	}
}

// expanded writes down what bh makes of a body: every attribute with its value and its marks, and the blocks in order.
func (s *Scope) expanded(out *strings.Builder, body *hclsyntax.Body, table *language.Block) {
	for _, a := range expr.InOrder(body.Attributes) {
		v, diags := s.ev.Meter.Value(a.Expr, s.ctx)
		fmt.Fprintln(out, a.Name, shownValue(v, diags))
	}
	blocks, unsure := s.Expand(body.Blocks, table)
	if unsure != 0 {
		fmt.Fprintln(out, "unsure", table.Names(unsure))
	}
	for _, b := range blocks {
		within := b.Within(*s)
		fmt.Fprintln(out, b.Type, "{")
		within.expanded(out, b.Body, table.Block(b.Type))
		fmt.Fprintln(out, "}")
	}
}

// judged writes down the same of what the library makes of it.
func judged(t *rapid.T, out *strings.Builder, body hcl.Body, table *language.Block, ctx *hcl.EvalContext, source *hclsyntax.Body) {
	schema := &hcl.BodySchema{}
	for _, name := range table.AttributeNames() {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name})
	}
	for _, name := range table.BlockNames() {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: name})
	}
	content, diags := body.Content(schema)
	attributes := slices.SortedFunc(maps.Values(content.Attributes), func(a, b *hcl.Attribute) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	for _, a := range attributes {
		v, diags := a.Expr.Value(ctx)
		fmt.Fprintln(out, a.Name, shownValue(v, diags))
	}
	unsure := language.Set(0)
	for _, d := range diags {
		for _, b := range source.Blocks {
			if b.Type == "dynamic" && b.Range().ContainsPos(d.Subject.Start) {
				unsure |= table.Set(b.Labels[0])
			}
		}
	}
	if unsure != 0 {
		fmt.Fprintln(out, "unsure", table.Names(unsure))
	}
	for _, b := range content.Blocks {
		fmt.Fprintln(out, b.Type, "{")
		judged(t, out, b.Body, table.Block(b.Type), ctx, sourceOf(source, b))
		fmt.Fprintln(out, "}")
	}
}

// sourceOf finds what the library made a block of.
func sourceOf(around *hclsyntax.Body, made *hcl.Block) *hclsyntax.Body {
	for _, b := range around.Blocks {
		if b.DefRange() != made.DefRange {
			continue
		}
		if b.Type == "dynamic" {
			return b.Body.Blocks[0].Body
		}
		return b.Body
	}
	return nil
}

func shownValue(v cty.Value, diags hcl.Diagnostics) string {
	if diags.HasErrors() {
		return "fault"
	}
	v, marks := v.UnmarkDeepWithPaths()
	text := v.GoString()
	var places []string
	for _, m := range marks {
		path := ""
		for _, step := range m.Path {
			path += fmt.Sprintf("%#v", step)
		}
		for mark := range m.Marks {
			places = append(places, fmt.Sprint(" ", path, mark))
		}
	}
	slices.Sort(places)
	return text + strings.Join(places, "")
}

// TestDynamic_makesWhatTheLibraryMakes: the blocks, their order, and the value and the marks of every attribute are those of the
// library for dynamic blocks of HCL.
func TestDynamic_makesWhatTheLibraryMakes(t *testing.T) {
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		d := &drawn{t: t}
		d.body(nested, nil, 0)
		f, diags := hclsyntax.ParseConfig([]byte(d.b.String()), "x.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		body := f.Body.(*hclsyntax.Body)
		ev := newTestEvaluator(nil)
		ev.functions = functions.All(ev.world(nil))
		ev.root = &hcl.EvalContext{Functions: ev.functions, Variables: map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{
			"list": cty.ListVal([]cty.Value{cty.StringVal("l1"), cty.StringVal("l2")}), "map": cty.MapVal(map[string]cty.Value{"b": cty.StringVal("B"), "a": cty.StringVal("A")}),
			"hidden": cty.TupleVal([]cty.Value{cty.StringVal("h").Mark(expr.Sensitive), cty.StringVal("e").Mark(expr.Environment)}),
			"deep":   cty.ObjectVal(map[string]cty.Value{"in": cty.MapVal(map[string]cty.Value{"a": cty.StringVal("S").Mark(expr.Sensitive)})})})}}
		var own, theirs strings.Builder
		(&Scope{ev: ev, ctx: ev.root}).expanded(&own, body, nested)
		judged(t, &theirs, dynblock.Expand(body, ev.root), nested, ev.root, body)
		if own.String() != theirs.String() {
			t.Fatalf("of\n%s\nbh makes\n%s\nand the library\n%s", d.b.String(), own.String(), theirs.String())
		}
		made += ev.made
	})
	if made < 20 {
		t.Errorf("only %d blocks were made", made)
	}
}

// newTestEvaluator returns an evaluator for one text, with these variables of the environment.
func newTestEvaluator(env func(string) (string, bool)) *Evaluator {
	sources := &mask.Sources{Texts: map[string][]byte{}, Settings: func() [][]vendors.Setting { return nil },
		Reference: func(string) bool { return false }, Iterators: map[string]bool{}}
	return New(Outside{Env: env, SecretVariable: vendors.SecretVariable}, &faults.Found{}, sources, expr.NewMeter())
}

func TestDynamic_makesABoundedNumber(t *testing.T) {
	const src = "dynamic \"leaf\" {\n  for_each = [1, 2]\n  content {}\n}\n"
	f, _ := hclsyntax.ParseConfig([]byte(src), "x.hcl", hcl.InitialPos)
	for more, want := range map[int]int{0: 0, 1: 1} {
		ev := newTestEvaluator(nil)
		ev.Start(nil, ".", "")
		ev.made = blockLimit - 2 + more
		s := &Scope{ev: ev, ctx: ev.root}
		s.Expand(f.Body.(*hclsyntax.Body).Blocks, nested)
		if found := ev.Found.List; len(found) != want || want == 1 && found[0].Code != faults.TooLarge.Code {
			t.Errorf("%d more: %v", more, found)
		}
	}
}
