package language

import (
	"slices"
	"strings"
	"testing"
	"time"
)

type thing struct {
	name    string
	enabled bool
	length  time.Duration
	list    []string
	on      time.Time
}

func table() *Block {
	return (&Block{Name: "thing", Doc: "A thing.", Several: true, Attributes: []Attribute{
		{Name: "name", Form: Text, Default: "plain", Doc: "Its name.", Example: `name = "x"`, At: At(func(t *thing) any { return &t.name })},
		{Name: "enabled", Form: Flag, Default: "true", Doc: "Whether it is on.", At: At(func(t *thing) any { return &t.enabled })},
		{Name: "length", Form: Length, Default: "1d", Needless: true, Doc: "How long.", At: At(func(t *thing) any { return &t.length })},
		{Name: "list", Form: Texts, Required: true, Doc: "Some.", At: At(func(t *thing) any { return &t.list })},
		{Name: "on", Form: Date, ByCloud: true, Clouds: []string{"a", "b"}, Values: map[string][]string{"b": {"x", "y"}, "a": {"z"}}, Doc: "When.", At: At(func(t *thing) any { return &t.on })},
		{Name: "kind", Form: Text, Words: []string{"a", "b"}, Doc: "Which."},
	}, Blocks: []*Block{{Name: "part", ByCloud: true, Clouds: []string{"a"}, Doc: "A part."}},
		Kinds: map[string]*Block{"odd": {Name: "thing", Doc: "An odd thing."}}}).Index()
}

func TestBlock_findsItsMembers(t *testing.T) {
	b := table()
	if b.Attribute("list") != &b.Attributes[3] || b.Attribute("part") != nil || b.Attribute("nothing") != nil ||
		b.Block("part") != b.Blocks[0] || b.Block("list") != nil {
		t.Error("a member is not found by its name")
	}
	set := b.Set("part", "list", "nothing")
	if names := b.Names(set); !slices.Equal(names, []string{"list", "part"}) {
		t.Error(names)
	}
	if got := b.Where(func(a *Attribute) bool { return a.ByCloud }, func(b *Block) bool { return b.ByCloud }); got != b.Set("on", "part") {
		t.Error(b.Names(got))
	}
}

func TestDefaults(t *testing.T) {
	b, v := table(), thing{}
	b.SetDefaults(&v)
	if v.name != "plain" || !v.enabled || v.length != 24*time.Hour {
		t.Errorf("%+v", v)
	}
	for i := range b.Attributes[:5] {
		if a := &b.Attributes[i]; !a.IsDefault(&v) {
			t.Errorf("%s differs from its default", a.Name)
		}
	}
	for i, other := range []thing{{name: "x", enabled: true}, {name: "plain"}, {enabled: true, length: 1}, {list: []string{"x"}}, {on: time.Unix(1, 0)}} {
		if a := &b.Attributes[i]; a.IsDefault(&other) {
			t.Errorf("%s is its default", a.Name)
		}
	}
}

func TestReference(t *testing.T) {
	text := Reference([]*Block{table()})
	if !strings.HasPrefix(text, introduction) {
		t.Error("no introduction")
	}
	const want = `
## thing

A thing. There may be several.

- ` + "`name`" + ` (string, default plain): Its name. Example: ` + "`name = \"x\"`" + `
- ` + "`enabled`" + ` (true or false, default true): Whether it is on.
- ` + "`length`" + ` (duration, default 1d): How long. Not with register.
- ` + "`list`" + ` (list of strings, required): Some.
- ` + "`on`" + ` (date): When. a takes z. b takes x, y. Only with the cloud a or b.
- ` + "`kind`" + ` (a or b): Which.

### part in thing

A part. Only with the cloud a.

### thing "odd"

An odd thing.
`
	if got := strings.TrimPrefix(text, introduction); got != want {
		t.Errorf("got\n%s", got)
	}
}
