package functions

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

var types = group{"Types", []row{
	{name: "can", of: canFunc, text: "Reports whether an expression has a value, and no error.",
		example: `can(tonumber("x"))`, result: `false`},
	{name: "issensitive", of: isSensitiveFunc, text: "Reports whether a value must not be shown.",
		example: `issensitive(sensitive("a"))`, result: `true`},
	{name: "nonsensitive", of: nonsensitiveFunc, text: "Undoes sensitive(); a secret from the environment stays secret.",
		example: `issensitive(nonsensitive(sensitive("a")))`, result: `false`},
	{name: "sensitive", of: sensitiveFunc, text: "Marks a value as one that must not be shown.",
		example: `nonsensitive(sensitive("a"))`, result: `"a"`},
	{name: "tobool", f: conversion(cty.Bool),
		text: "Turns a value into a boolean.", example: `tobool("true")`, result: `true`},
	{name: "tolist", f: conversion(cty.List(cty.DynamicPseudoType)), text: "Turns a value into a list of one type.",
		example: `tolist(["a", 1])`, result: `["a", "1"]`},
	{name: "tomap", f: conversion(cty.Map(cty.DynamicPseudoType)), text: "Turns a value into a map of one type.",
		example: `tomap({ a = "x", b = 1 })`, result: `{ a = "x", b = "1" }`},
	{name: "tonumber", f: conversion(cty.Number),
		text: "Turns a value into a number.", example: `tonumber("5")`, result: `5`},
	{name: "toset", f: conversion(cty.Set(cty.DynamicPseudoType)),
		text:    "Turns a value into a set, which has each element once.",
		example: `toset(["b", "a", "b"])`, result: `["a", "b"]`},
	{name: "tostring", f: conversion(cty.String),
		text: "Turns a value into a string.", example: `tostring(5)`, result: `"5"`},
	{name: "try", of: tryFunc, text: "Returns the first of its expressions that has a value.",
		example: `try(tonumber("x"), 0)`, result: `0`},
}}

// conversion makes the function that turns its argument into a type.
func conversion(want cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "v", Type: cty.DynamicPseudoType, AllowNull: true, AllowMarked: true, AllowDynamicType: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			from := args[0].Type()
			if from == want || from == cty.DynamicPseudoType {
				return want, nil
			}
			if kind := elementOf(want, from); kind != want {
				return kind, nil
			}
			// The conversion of the value itself names the element that is at
			// fault, which the one of the type cannot.
			v, err := convert.Convert(args[0], want)
			if err != nil {
				return cty.NilType, function.NewArgError(0, err)
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
			v, err := Convert(args[0], kind)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return v, nil
		},
	})
}

// elementOf returns want with the one type that all elements of from have, where
// they have one. The library finds that type by itself, but compares the types of
// all elements with each other: a minute for 100,000 of them.
func elementOf(want, from cty.Type) cty.Type {
	var types []cty.Type
	switch {
	case from.IsTupleType():
		types = from.TupleElementTypes()
	case from.IsObjectType():
		types = slices.Collect(maps.Values(from.AttributeTypes()))
	}
	if len(types) == 0 || types[0].HasDynamicTypes() ||
		slices.ContainsFunc(types, func(t cty.Type) bool { return !t.Equals(types[0]) }) {
		return want
	}
	switch {
	case from.IsTupleType() && want.IsListType():
		return cty.List(types[0])
	case from.IsTupleType() && want.IsSetType():
		return cty.Set(types[0])
	case from.IsObjectType() && want.IsMapType():
		return cty.Map(types[0])
	}
	return want
}

// Convert is convert.Convert, but linear for a list, set or map with many elements,
// whose types the library compares with each other again.
func Convert(v cty.Value, want cty.Type) (cty.Value, error) {
	from := v.Type()
	direct := v.IsKnown() && !v.IsNull() && !v.IsMarked() && want.IsCollectionType() &&
		!want.ElementType().HasDynamicTypes() &&
		(from.IsObjectType() && want.IsMapType() || from.IsTupleType() && !want.IsMapType())
	if !direct || v.LengthInt() == 0 {
		return convert.Convert(v, want)
	}
	element := want.ElementType().WithoutOptionalAttributesDeep()
	list, byKey := make([]cty.Value, 0, v.LengthInt()), map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if !value.Type().Equals(element) {
			var err error
			if value, err = Convert(value, want.ElementType()); err != nil {
				return cty.NilVal, cty.Path{cty.IndexStep{Key: key}}.NewError(err)
			}
		}
		if want.IsMapType() {
			byKey[key.AsString()] = value
		} else {
			list = append(list, value)
		}
	}
	switch {
	case want.IsMapType():
		return cty.MapVal(byKey), nil
	case want.IsSetType():
		return cty.SetVal(list), nil
	}
	return cty.ListVal(list), nil
}

// ConversionFault says why a value does not fit, and in which element.
func ConversionFault(err error) string {
	var path cty.PathError
	if !errors.As(err, &path) {
		return err.Error()
	}
	where := ""
	for _, part := range path.Path {
		switch p := part.(type) {
		case cty.GetAttrStep:
			where += "." + p.Name
		case cty.IndexStep:
			if key, err := convert.Convert(p.Key, cty.String); err == nil && key.IsKnown() && !key.IsNull() {
				where += fmt.Sprintf("[%q]", key.AsString())
			}
		}
	}
	if where == "" {
		return err.Error()
	}
	return "at " + where + ", " + err.Error()
}

// Fitted converts an argument to the collection that a function takes. The library would
// compare the types of all elements with each other, which is only needed where they differ.
func Fitted(m Meter, v cty.Value, want cty.Type) (cty.Value, error) {
	plain, marks := v.Unmark()
	if !want.IsCollectionType() || plain.IsNull() || v.Type() == cty.DynamicPseudoType {
		return v, nil
	}
	if want.ElementType() == cty.DynamicPseudoType {
		want = elementOf(want, v.Type())
	}
	if want.ElementType() == cty.DynamicPseudoType {
		m.Toil(Unifying(v))
	}
	out, err := Convert(plain, want)
	return out.WithMarks(marks), err
}

// Unifying is what it takes to find the one type that all elements of a value can have.
func Unifying(v cty.Value) int64 {
	var types []cty.Type
	switch t := v.Type(); {
	case t.IsTupleType():
		types = t.TupleElementTypes()
	case t.IsObjectType():
		types = slices.Collect(maps.Values(t.AttributeTypes()))
	}
	if !slices.ContainsFunc(types, func(t cty.Type) bool { return !t.Equals(types[0]) }) {
		return 0
	}
	n := int64(len(types))
	return product(product(n, n), CallWork)
}
