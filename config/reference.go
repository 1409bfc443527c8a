package config

import (
	"slices"

	"buckethead/config/language"
)

// Language returns the tables of the language with these vendors and kinds of state.
func Language(o Options) []*language.Block {
	out := make([]*language.Block, len(fileBlock.Blocks))
	for i, b := range fileBlock.Blocks {
		copied := *b
		switch b {
		case bhBlock:
			state := *b.Blocks[0]
			state.Kinds = map[string]*language.Block{localState: localStateBlock}
			for _, k := range o.States {
				state.Kinds[k.Name] = settingsBlock("state", []string{k.Name}, k.Title, k.Settings)
			}
			copied.Blocks = []*language.Block{&state}
		case cloudBlock, secretsBlock:
			copied.Kinds = map[string]*language.Block{}
			cs := connections{kind: b.Name}
			for i := range o.Vendors {
				if v := &o.Vendors[i]; cs.opens(v) {
					copied.Kinds[v.Name] = settingsBlock(b.Name, []string{v.Name, "main"}, vendorTitle(v), v.Settings)
				}
			}
		}
		if b == projectBlock {
			copied.Attributes, copied.Blocks = slices.Clone(b.Attributes), slices.Clone(b.Blocks)
			for i := range copied.Attributes {
				a := &copied.Attributes[i]
				a.Clouds, a.Values = cloudsWith(o, a.Name), valuesOf(o, a.Name)
			}
			for i, inner := range copied.Blocks {
				if clouds := cloudsWith(o, inner.Name); clouds != nil {
					with := *inner
					with.Clouds = clouds
					copied.Blocks[i] = &with
				}
			}
		}
		out[i] = &copied // it has the names of b, and so its index
	}
	return out
}

// valuesOf returns what vendors take for an attribute, by vendor; nil if none of them says.
func valuesOf(o Options, name string) map[string][]string {
	var out map[string][]string
	for i := range o.Vendors {
		if values := o.Vendors[i].Values[name]; values != nil {
			if out == nil {
				out = map[string][]string{}
			}
			out[o.Vendors[i].Name] = values
		}
	}
	return out
}

// cloudsWith returns the vendors of the clouds that know an attribute or block of projects, if not every cloud
// knows it; else nil.
func cloudsWith(o Options, name string) (out []string) {
	for i := range o.Vendors {
		if slices.Contains(o.Vendors[i].BucketAttributes, name) {
			out = append(out, o.Vendors[i].Name)
		}
	}
	return out
}
