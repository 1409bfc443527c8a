package functions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// decoding makes a function that reads data skip a byte-order mark, and refuse what
// check objects to.
func decoding(decode function.Function, check func(src []byte) error) function.Function {
	return function.New(&function.Spec{
		Params: decode.Params(),
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			src := strings.TrimPrefix(args[0].AsString(), ByteOrderMark)
			if err := check([]byte(src)); err != nil {
				return cty.NilVal, err
			}
			return decode.Call([]cty.Value{cty.StringVal(src)})
		},
	})
}

var (
	// JSONDecode reads JSON as Terraform does, and refuses a key that is written twice.
	JSONDecode = decoding(stdlib.JSONDecodeFunc, func(src []byte) error {
		twice, err := RepeatedKey(src)
		if err == nil && twice != nil {
			return twiceInData(twice.Key, twice.First, twice.Again, twice.Twins)
		}
		return err
	})
	csvDecodeFunc = decoding(stdlib.CSVDecodeFunc, func([]byte) error { return nil }) // names its columns itself
)

// Twice is a key that one object has two times, with the lines.
type Twice struct {
	Key          string
	First, Again int
	Twins        bool // they only look the same
}

func twiceInData(key string, first, again int, twins bool) error {
	e := &Fault{DuplicateKey, fmt.Sprintf("the key %q is written twice, in line %d and in line %d", key, first, again),
		"Remove one of the two, or give it another name."}
	if twins {
		e.What = fmt.Sprintf("the keys %q in line %d and in line %d look the same, but their accents are encoded differently",
			key, first, again)
		e.Fix = OneSpelling
	}
	return e
}

// RepeatedKey finds the first key that is written twice in one object. It returns an error
// for data that is nested too deep; what is not JSON is left to those who read it.
func RepeatedKey(src []byte) (*Twice, error) {
	type level struct {
		object, value bool // the next text of an object is a value
		keys          map[string]int64
		texts         map[string]string
	}
	var levels []level
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return nil, nil
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(levels) == dataDepth {
				return nil, tooDeep()
			}
			levels = append(levels, level{object: token == json.Delim('{')})
			continue
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
			if n := len(levels); n > 0 {
				levels[n-1].value = false
			}
			continue
		}
		n := len(levels)
		if n == 0 || !levels[n-1].object {
			continue
		}
		at := &levels[n-1]
		if at.value {
			at.value = false
			continue
		}
		at.value = true
		text, _ := token.(string)
		name := cty.NormalizeString(text)
		if first, again := at.keys[name]; again {
			return &Twice{name, LineOf(src, int(first)), LineOf(src, int(d.InputOffset())), at.texts[name] != text}, nil
		}
		if at.keys == nil {
			at.keys, at.texts = map[string]int64{}, map[string]string{}
		}
		at.keys[name], at.texts[name] = d.InputOffset(), text
	}
}
