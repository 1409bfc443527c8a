package functions

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var collections = group{"Collections", []row{
	{name: "alltrue", f: combine(false), text: "Reports whether all elements are true; an empty list counts as true.",
		example: `alltrue([true, false])`, result: `false`},
	{name: "anytrue", f: combine(true), text: "Reports whether any element is true.",
		example: `anytrue([true, false])`, result: `true`},
	{name: "chunklist", f: stdlib.ChunklistFunc, text: "Splits a list into lists of the given length.",
		example: `chunklist([1, 2, 3], 2)`, result: `[[1, 2], [3]]`},
	{name: "coalesce", f: coalesceFunc, text: "Returns the first argument that is neither null nor an empty string.",
		example: `coalesce("", null, "a")`, result: `"a"`},
	{name: "coalescelist", f: stdlib.CoalesceListFunc, text: "Returns the first list that is not empty.",
		example: `coalescelist([], ["a"])`, result: `["a"]`},
	{name: "compact", f: stdlib.CompactFunc, text: "Removes null and empty strings from a list.",
		example: `compact(["a", "", null])`, result: `["a"]`},
	{name: "concat", f: stdlib.ConcatFunc,
		text: "Joins lists into one.", example: `concat(["a"], ["b"])`, result: `["a", "b"]`},
	{name: "contains", f: stdlib.ContainsFunc, text: "Reports whether a list or set has a value.",
		example: `contains(["a", "b"], "a")`, result: `true`},
	{name: "distinct", f: distinctFunc, text: "Removes repeated elements from a list.",
		example: `distinct(["a", "b", "a"])`, result: `["a", "b"]`},
	{name: "element", f: stdlib.ElementFunc,
		text:    "Returns the element at an index; after the last one it starts again at the first.",
		example: `element(["a", "b"], 3)`, result: `"b"`},
	{name: "flatten", f: stdlib.FlattenFunc, text: "Replaces lists inside a list with their elements.",
		example: `flatten([["a"], ["b", ["c"]]])`, result: `["a", "b", "c"]`},
	{name: "index", f: indexFunc, text: "Returns the index of the first element that equals a value.",
		example: `index(["a", "b"], "b")`, result: `1`},
	{name: "keys", f: stdlib.KeysFunc, text: "Returns the keys of a map in order.",
		example: `keys({ b = 1, a = 2 })`, result: `["a", "b"]`},
	{name: "length", f: lengthFunc, text: "Counts the characters of a text or the elements of a collection.",
		example: `length(["a", "b"])`, result: `2`},
	{name: "lookup", f: stdlib.LookupFunc, args: "map, key, default", text: "Returns the value of a key, or a default.",
		example: `lookup({ a = "x" }, "b", "none")`, result: `"none"`},
	{name: "matchkeys", f: matchKeysFunc,
		text:    "Returns the values whose keys, at the same index, are in a list to search.",
		example: `matchkeys(["a", "b"], ["eu", "us"], ["us"])`, result: `["b"]`},
	{name: "merge", f: stdlib.MergeFunc, text: "Joins maps into one; if several have the same key, the last one wins.",
		example: `merge({ a = 1, b = 1 }, { b = 2 })`, result: `{ a = 1, b = 2 }`},
	{name: "one", f: oneFunc, text: "Returns the only element of a collection, or null if it is empty.",
		example: `one(["a"])`, result: `"a"`},
	{name: "range", f: stdlib.RangeFunc, args: "start, limit, step",
		text:    "Returns numbers up to a limit, from 0 if it is the only argument.",
		example: `range(3)`, result: `[0, 1, 2]`},
	{name: "reverse", f: stdlib.ReverseListFunc,
		text: "Reverses a list.", example: `reverse([1, 2])`, result: `[2, 1]`},
	{name: "setintersection", f: stdlib.SetIntersectionFunc, text: "Returns the elements that all sets have.",
		example: `setintersection(["a", "b"], ["b", "c"])`, result: `["b"]`},
	{name: "setproduct", f: stdlib.SetProductFunc,
		text:    "Returns all combinations of the elements of several lists or sets.",
		example: `setproduct(["a", "b"], ["x"])`, result: `[["a", "x"], ["b", "x"]]`},
	{name: "setsubtract", f: stdlib.SetSubtractFunc, text: "Returns the elements of the first set that are not in the second.",
		example: `setsubtract(["a", "b"], ["b"])`, result: `["a"]`},
	{name: "setunion", f: stdlib.SetUnionFunc, text: "Returns the elements that any of the sets has.",
		example: `setunion(["a"], ["b"])`, result: `["a", "b"]`},
	{name: "slice", f: stdlib.SliceFunc, text: "Returns the elements from one index up to, but not including, another.",
		example: `slice(["a", "b", "c"], 1, 3)`, result: `["b", "c"]`},
	{name: "sort", f: stdlib.SortFunc, text: "Sorts strings.", example: `sort(["b", "a"])`, result: `["a", "b"]`},
	{name: "transpose", f: transposeFunc, text: "Swaps the keys and the values of a map of lists.",
		example: `transpose({ ann = ["eu", "us"], bob = ["eu"] })`, result: `{ eu = ["ann", "bob"], us = ["ann"] }`},
	{name: "values", f: stdlib.ValuesFunc, text: "Returns the values of a map in the order of its keys.",
		example: `values({ b = 1, a = 2 })`, result: `[2, 1]`},
	{name: "zipmap", f: stdlib.ZipmapFunc, text: "Makes a map from a list of keys and a list of values.",
		example: `zipmap(["a", "b"], [1, 2])`, result: `{ a = 1, b = 2 }`},
}}

// sumFunc adds the numbers of a collection.
var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		total := cty.Zero
		for _, v := range args[0].AsValueSlice() {
			if !v.IsKnown() {
				return cty.UnknownVal(cty.Number), nil
			}
			if v.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "one of the numbers is null")
			}
			total = total.Add(v)
		}
		return total, nil
	},
})

// combine makes a function over booleans that ends at the first one equal to
// decisive; null counts as false.
func combine(decisive bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			known := true
			for _, v := range args[0].AsValueSlice() {
				switch {
				case !v.IsKnown():
					known = false
				case (!v.IsNull() && v.True()) == decisive:
					return cty.BoolVal(decisive), nil
				}
			}
			if !known {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(!decisive), nil
		},
	})
}

// coalesceFunc returns the first argument that is neither null nor an empty string.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{
		Name: "vals", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, v := range args {
			types[i] = v.Type()
		}
		kind, _ := convert.UnifyUnsafe(types)
		if len(args) == 0 || kind == cty.NilType {
			return cty.NilType, errors.New("all arguments must have one type, and there must be at least one")
		}
		return kind, nil
	},
	Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
		for _, v := range args {
			v, err := convert.Convert(v, kind)
			switch {
			case err != nil:
				return cty.NilVal, err
			case !v.IsKnown():
				return cty.UnknownVal(kind), nil
			case v.IsNull(), v.Type() == cty.String && v.AsString() == "":
				continue
			}
			return v, nil
		}
		return cty.NilVal, errors.New("every argument is null or an empty string")
	},
})

// indexFunc returns the index of a value in a list.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
	Type: function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
			return cty.NilVal, function.NewArgErrorf(0, "a list is required")
		}
		for i, v := range args[0].AsValueSlice() {
			equal, err := stdlib.Equal(v, args[1])
			switch {
			case err != nil:
				return cty.NilVal, err
			case !equal.IsKnown():
				return cty.UnknownVal(cty.Number), nil
			case equal.True():
				return cty.NumberIntVal(int64(i)), nil
			}
		}
		return cty.NilVal, errors.New("the list does not hold the value")
	},
})

// lengthFunc counts the characters of a string or the elements of a collection.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		t := args[0].Type()
		if t == cty.String || t == cty.DynamicPseudoType || t.IsCollectionType() || t.IsTupleType() || t.IsObjectType() {
			return cty.Number, nil
		}
		return cty.NilType, function.NewArgErrorf(0, "a string or a collection is required")
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v := args[0]
		switch {
		case !v.IsKnown():
			return cty.UnknownVal(cty.Number), nil
		case v.Type() == cty.String:
			return stdlib.Strlen(v)
		case v.Type().IsObjectType():
			return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))), nil
		}
		return v.Length(), nil
	},
})

// oneFunc returns the only element of a collection, or null if it has none.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		t := args[0].Type()
		switch {
		case t.IsListType() || t.IsSetType():
			return t.ElementType(), nil
		case t.IsTupleType() && t.Length() == 0:
			return cty.DynamicPseudoType, nil
		case t.IsTupleType() && t.Length() == 1:
			return t.TupleElementType(0), nil
		}
		return cty.NilType, function.NewArgErrorf(0, "a collection of at most one element is required")
	},
	Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
		elements := args[0].AsValueSlice()
		switch len(elements) {
		case 0:
			return cty.NullVal(kind), nil
		case 1:
			return elements[0], nil
		}
		return cty.NilVal, function.NewArgError(0,
			fmt.Errorf("the collection has %d elements, and one is allowed", len(elements)))
	},
})

// transposeFunc swaps the keys and the values of a map of lists of strings.
var transposeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "values", Type: cty.Map(cty.List(cty.String))}},
	Type:   function.StaticReturnType(cty.Map(cty.List(cty.String))),
	Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(kind), nil
		}
		swapped := map[string][]cty.Value{}
		source := args[0].AsValueMap()
		for _, key := range slices.Sorted(maps.Keys(source)) {
			if source[key].IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "one of the lists is null")
			}
			for _, v := range source[key].AsValueSlice() {
				if v.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "one of the strings is null")
				}
				swapped[v.AsString()] = append(swapped[v.AsString()], cty.StringVal(key))
			}
		}
		if len(swapped) == 0 {
			return cty.MapValEmpty(cty.List(cty.String)), nil
		}
		out := make(map[string]cty.Value, len(swapped))
		for key, list := range swapped {
			out[key] = cty.ListVal(list)
		}
		return cty.MapVal(out), nil
	},
})

// matchKeysFunc looks the keys up in a set, so that long lists take no longer than they must.
var matchKeysFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "values", Type: cty.List(cty.DynamicPseudoType)}, {Name: "keys", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "searchset", Type: cty.List(cty.DynamicPseudoType)}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if kind, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); kind == cty.NilType {
			return cty.NilType, errors.New("the keys and the list to search must have the same type")
		}
		return args[0].Type(), nil
	},
	Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
		if args[0].LengthInt() != args[1].LengthInt() {
			return cty.NilVal, errors.New("there must be as many keys as values")
		}
		none := cty.ListValEmpty(kind.ElementType())
		if args[0].LengthInt() == 0 || args[2].LengthInt() == 0 {
			return none, nil
		}
		if !args[1].IsWhollyKnown() || !args[2].IsWhollyKnown() {
			return cty.UnknownVal(kind), nil
		}
		element, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type().ElementType(), args[2].Type().ElementType()})
		wanted := cty.NewValueSet(element) // a set that is a value looks at all elements to find one
		for _, v := range args[2].AsValueSlice() {
			v, err := convert.Convert(v, element)
			if err != nil {
				return cty.NilVal, function.NewArgError(2, err)
			}
			wanted.Add(v)
		}
		var found []cty.Value
		values := args[0].AsValueSlice()
		for i, key := range args[1].AsValueSlice() {
			key, err := convert.Convert(key, element)
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			if wanted.Has(key) {
				found = append(found, values[i])
			}
		}
		if len(found) == 0 {
			return none, nil
		}
		return cty.ListVal(found), nil
	},
})

// distinctFunc removes repeated elements. The library compares each element with every other
// one, so it is used only if elements have no text.
var distinctFunc = function.New(&function.Spec{
	Params: stdlib.DistinctFunc.Params(),
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
		if kind.ElementType() != cty.String || !args[0].IsWhollyKnown() {
			return stdlib.Distinct(args[0])
		}
		seen, null := map[string]bool{}, false
		list := slices.DeleteFunc(args[0].AsValueSlice(), func(v cty.Value) bool {
			if v.IsNull() {
				twice := null
				null = true
				return twice
			}
			twice := seen[v.AsString()]
			seen[v.AsString()] = true
			return twice
		})
		if len(list) == 0 {
			return args[0], nil
		}
		return cty.ListVal(list), nil
	},
})
