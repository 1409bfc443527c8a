package vendors_test

import (
	"context"
	"testing"

	"buckethead/vendors"
)

// prober has one ability, wrapper hides it behind Unwrap, and opaque hides it.
type (
	prober  struct{ objects int }
	wrapper struct{ inner any }
	opaque  struct{ inner any }
)

func (p prober) ProbeEmptiness(context.Context, vendors.BucketID) (vendors.Emptiness, error) {
	return vendors.Emptiness{Objects: p.objects}, nil
}

func (w wrapper) Unwrap() any { return w.inner }

func TestAs(t *testing.T) {
	for _, c := range []struct {
		name string
		from any
		want bool
	}{
		{"itself", prober{3}, true},
		{"behind a wrapper", wrapper{prober{3}}, true},
		{"behind many", wrapper{wrapper{&wrapper{prober{3}}}}, true},
		{"behind what unwraps nothing", opaque{prober{3}}, false},
		{"nothing", nil, false},
		{"a wrapper of nothing", wrapper{nil}, false},
		{"another thing", "text", false},
	} {
		got, able := vendors.As[vendors.EmptinessProber](c.from)
		if able != c.want {
			t.Errorf("%s: able %t", c.name, able)
			continue
		}
		if !able {
			continue
		}
		if found, err := got.ProbeEmptiness(context.Background(), vendors.BucketID{}); err != nil || found.Objects != 3 {
			t.Errorf("%s: it is not the one that was wrapped", c.name)
		}
	}
	if _, able := vendors.As[vendors.BucketEmptier](wrapper{prober{}}); able {
		t.Error("an ability was found that nobody has")
	}
	// The outermost wins, so that a wrapper can change an ability.
	outer := struct {
		prober
		wrapper
	}{prober{1}, wrapper{prober{2}}}
	got, _ := vendors.As[vendors.EmptinessProber](outer)
	if found, _ := got.ProbeEmptiness(context.Background(), vendors.BucketID{}); found.Objects != 1 {
		t.Error("a wrapper's own ability was passed over")
	}
}

func TestEmptiness(t *testing.T) {
	for _, c := range []struct {
		e    vendors.Emptiness
		want bool
	}{{vendors.Emptiness{}, true}, {vendors.Emptiness{Objects: 1}, false}, {vendors.Emptiness{More: true}, false}} {
		if c.e.Empty() != c.want {
			t.Errorf("%+v is empty: %t", c.e, c.e.Empty())
		}
	}
}

func TestSettings_text(t *testing.T) {
	s := vendors.Settings{"root": {Text: "x"}}
	if s.Text("root") != "x" || s.Text("absent") != "" || vendors.Settings(nil).Text("root") != "" {
		t.Error("Text does not give the setting's text, or does not give nothing without one")
	}
}
