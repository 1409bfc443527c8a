package expr

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"buckethead/config/functions"
)

// FuzzData reads any text as YAML and JSON: there is a value or an error.
func FuzzData(f *testing.F) {
	for _, src := range []string{"a: no\nno: 1", "x: &x [1, *y]", "x: &x {a: 1}\ny: {<<: *x}", "{\"a\": {\"b\": []}}", "- 0x1\n- ~\n- 2026-01-02\n- !!int 5", "a: |\n  x\n", "? a\n: b", "%YAML 1.1\n---\na", "\ufeff{}", "[1,{\"a\":1,\"a\":2}]"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m := NewMeter()
		for name, decode := range map[string]func() (cty.Value, error){
			"yaml": func() (cty.Value, error) {
				return m.Call("yamldecode", functions.YAMLDecode).Call([]cty.Value{cty.StringVal(src)})
			},
			"json": func() (cty.Value, error) {
				return m.Call("jsondecode", functions.JSONDecode).Call([]cty.Value{cty.StringVal(src)})
			},
		} {
			m.spent, m.err = 0, nil
			v, err := decode()
			if err == nil && !v.IsWhollyKnown() {
				t.Errorf("%s of %q is %#v", name, src, v)
			}
			if err != nil && strings.Contains(err.Error(), "panic") {
				t.Errorf("%s of %q: %v", name, src, err)
			}
		}
	})
}
