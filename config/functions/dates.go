package functions

import (
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var dates = group{"Dates", []row{
	{name: "formatdate", f: stdlib.FormatDateFunc, text: "Writes a point in time in the format that you choose.",
		example: `formatdate("DD MMM YYYY", "2026-01-02T03:04:05Z")`, result: `"02 Jan 2026"`},
	{name: "seconds", of: secondsFunc,
		text:    "Returns a length of time, written as bh writes it, in seconds; null stays null.",
		example: `seconds("1d 1h")`, result: `90000`},
	{name: "timeadd", f: stdlib.TimeAddFunc, text: "Adds a length of time, such as 24h or -10m, to a point in time.",
		example: `timeadd("2026-01-01T00:00:00Z", "24h")`, result: `"2026-01-02T00:00:00Z"`},
	{name: "timecmp", f: timeCompareFunc,
		text:    "Returns -1, 0 or 1: whether the first point in time is before, at or after the second.",
		example: `timecmp("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+01:00")`, result: `-1`},
}}

// secondsFunc reads a length of time, so that lengths can be compared.
func secondsFunc(w *World) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "duration", Type: cty.String, AllowNull: true}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].IsNull() {
				return cty.NullVal(cty.Number), nil
			}
			d, err := w.Duration(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "%q is not a duration: %s", args[0].AsString(), err)
			}
			return cty.NumberIntVal(int64(d / time.Second)), nil
		},
	})
}

var timeCompareFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "timestamp_a", Type: cty.String}, {Name: "timestamp_b", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		var at [2]time.Time
		for i, arg := range args {
			t, err := time.Parse(time.RFC3339, arg.AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(i, "%q is not a point in time such as 2026-01-02T15:04:05Z", arg.AsString())
			}
			at[i] = t
		}
		return cty.NumberIntVal(int64(at[0].Compare(at[1]))), nil
	},
})
