package functions

import "github.com/zclconf/go-cty/cty/function/stdlib"

var numbers = group{"Numbers", []row{
	{name: "abs", f: stdlib.AbsoluteFunc, text: "Returns the absolute value of a number.", example: `abs(-3)`, result: `3`},
	{name: "ceil", f: stdlib.CeilFunc, text: "Rounds up to a whole number.", example: `ceil(1.2)`, result: `2`},
	{name: "floor", f: stdlib.FloorFunc, text: "Rounds down to a whole number.", example: `floor(1.8)`, result: `1`},
	{name: "log", f: stdlib.LogFunc,
		text: "Returns the logarithm of a number in a base.", example: `log(8, 2)`, result: `3`},
	{name: "max", f: stdlib.MaxFunc,
		text: "Returns the largest of its arguments.", example: `max(1, 3, 2)`, result: `3`},
	{name: "min", f: stdlib.MinFunc,
		text: "Returns the smallest of its arguments.", example: `min(1, 3, 2)`, result: `1`},
	{name: "parseint", f: stdlib.ParseIntFunc, text: "Reads a whole number that is written in a base from 2 to 62.",
		example: `parseint("ff", 16)`, result: `255`},
	{name: "pow", f: stdlib.PowFunc, text: "Raises a number to a power.", example: `pow(2, 10)`, result: `1024`},
	{name: "signum", f: stdlib.SignumFunc,
		text: "Returns -1, 0 or 1: the sign of a number.", example: `signum(-2)`, result: `-1`},
	{name: "sum", f: sumFunc, text: "Adds the numbers of a collection.", example: `sum([1, 2, 3])`, result: `6`},
}}
