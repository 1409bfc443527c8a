package functions

import (
	"errors"
	"fmt"
	"io"
	"strings"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"go.yaml.in/yaml/v3"
)

// dataDepth bounds how deep data may be nested.
const dataDepth = 500

// YAMLDecode reads YAML as Terraform does, but for keys: these stay as they are
// written, where YAML 1.1 takes no and off for false and 0x10 for 16, and a key that is
// written twice is an error.
var YAMLDecode = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "src", Type: cty.String}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		decoder := yaml.NewDecoder(strings.NewReader(strings.TrimPrefix(args[0].AsString(), ByteOrderMark)))
		var document yaml.Node
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return cty.NilVal, errors.New("the YAML is empty")
		case err != nil:
			return cty.NilVal, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
		}
		if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
			return cty.NilVal, errors.New("the YAML has more than one document, and one is allowed")
		}
		y := &yamlReader{anchors: map[*yaml.Node]yamlValue{}}
		v, err := y.read(document.Content[0], 0)
		return v.value, err
	},
})

// yamlReader makes values of the nodes of a document.
type yamlReader struct {
	anchors map[*yaml.Node]yamlValue // the values of aliases; without a value while it is read
	size    int64
}

// yamlValue is a value, and the size that it has at each place.
type yamlValue struct {
	value cty.Value
	size  int64
}

func yamlFault(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...))
}

func (y *yamlReader) read(n *yaml.Node, depth int) (yamlValue, error) {
	if depth > dataDepth {
		return yamlValue{}, tooDeep()
	}
	if n.Kind == yaml.AliasNode {
		return y.alias(n)
	}
	if n.Anchor != "" {
		y.anchors[n] = yamlValue{}
	}
	before := y.size
	y.size += ElementSize
	var v cty.Value
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		v, err = y.mapping(n, depth)
	case yaml.SequenceNode:
		v, err = y.sequence(n, depth)
	default:
		v, err = scalar(n)
		y.size += int64(len(n.Value))
	}
	out := yamlValue{v, y.size - before}
	if n.Anchor != "" {
		y.anchors[n] = out
	}
	if y.size > EvaluationLimit {
		return out, tooMuch()
	}
	return out, err
}

// alias returns the value that was read at the anchor. It counts every time, because aliases
// of aliases turn a few lines into billions of values.
func (y *yamlReader) alias(n *yaml.Node) (yamlValue, error) {
	v, known := y.anchors[n.Alias]
	if !known || v.value == cty.NilVal {
		return v, yamlFault(n, "the anchor %q is used inside its own definition", n.Value)
	}
	if y.size += v.size; y.size > EvaluationLimit {
		return v, tooMuch()
	}
	return v, nil
}

func (y *yamlReader) sequence(n *yaml.Node, depth int) (cty.Value, error) {
	if tag := n.ShortTag(); tag != "!!seq" {
		return cty.NilVal, yamlFault(n, "a sequence cannot be %s", tag)
	}
	list := make([]cty.Value, len(n.Content))
	for i, element := range n.Content {
		v, err := y.read(element, depth+1)
		if err != nil {
			return cty.NilVal, err
		}
		list[i] = v.value
	}
	return cty.TupleVal(list), nil
}

func (y *yamlReader) mapping(n *yaml.Node, depth int) (cty.Value, error) {
	if tag := n.ShortTag(); tag != "!!map" {
		return cty.NilVal, yamlFault(n, "a mapping cannot be %s", tag)
	}
	values, lines := map[string]cty.Value{}, map[string]*yaml.Node{}
	var merged []cty.Value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		v, err := y.read(n.Content[i+1], depth+1)
		if err != nil {
			return cty.NilVal, err
		}
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merged = append(merged, v.value)
			continue
		}
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return cty.NilVal, yamlFault(key, "only text can be a key")
		}
		name := cty.NormalizeString(key.Value)
		if first, twice := lines[name]; twice {
			return cty.NilVal, twiceInData(name, first.Line, key.Line, first.Value != key.Value)
		}
		lines[name], values[name] = key, v.value
		y.size += int64(len(name))
	}
	for _, v := range merged {
		if err := y.merge(n, values, v); err != nil {
			return cty.NilVal, err
		}
	}
	if len(values) == 0 {
		return cty.EmptyObjectVal, nil
	}
	return cty.ObjectVal(values), nil
}

// merge adds what << names, as YAML says: a key that is written in the mapping stays, and
// of several mappings the first that has a key wins.
func (y *yamlReader) merge(n *yaml.Node, into map[string]cty.Value, from cty.Value) error {
	if from.Type().IsTupleType() {
		for _, v := range from.AsValueSlice() {
			if v.Type().IsTupleType() {
				return yamlFault(n, "<< takes a mapping, or a list of mappings")
			}
			if err := y.merge(n, into, v); err != nil {
				return err
			}
		}
		return nil
	}
	if !from.Type().IsObjectType() || from.IsNull() {
		return yamlFault(n, "<< takes a mapping, or a list of mappings")
	}
	for name := range from.Type().AttributeTypes() {
		y.size += ElementSize
		if _, written := into[name]; !written {
			into[name] = from.GetAttr(name)
		}
	}
	return nil
}

// scalar reads one value by the rules of go-cty-yaml, which are Terraform's.
func scalar(n *yaml.Node) (cty.Value, error) {
	tagged := n.Style&yaml.TaggedStyle != 0
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	// Only these begin what may be something else than text.
	plain := !strings.ContainsAny(n.Value[:min(len(n.Value), 1)], "+-0123456789.yYnNtTfFoO~")
	switch {
	case tagged && n.ShortTag() == "!!str", !tagged && (quoted || plain && n.Value != ""), strings.Contains(n.Value, "\n"):
		return cty.StringVal(n.Value), nil
	case n.Value == "" && !tagged:
		return cty.NullVal(cty.DynamicPseudoType), nil
	}
	src := n.Value
	if tagged {
		src = n.Tag + " " + src
		if strings.HasPrefix(n.Tag, "tag:") {
			src = "!<" + n.Tag + "> " + n.Value
		}
	}
	v, err := ctyyaml.Standard.Unmarshal([]byte(src), cty.DynamicPseudoType)
	if err != nil {
		reason := err.Error()
		if _, after, ok := strings.Cut(reason, ": "); ok {
			reason = after
		}
		return cty.NilVal, yamlFault(n, "%s", reason)
	}
	return v, nil
}
