package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/vendors"
)

// decode evaluates and checks the settings of every block, and returns the connections by address.
func (cn *connected) decode() (clouds, secrets []Connection) {
	for _, cs := range []*connections{&cn.clouds, &cn.secrets} {
		list := make([]Connection, 0, len(cs.all))
		for _, c := range cs.all {
			if c.vendor != nil {
				cn.settings(c)
			}
			list = append(list, c.Connection)
		}
		slices.SortFunc(list, func(a, b Connection) int { return strings.Compare(a.Address(), b.Address()) })
		if cs == &cn.clouds {
			clouds = list
		} else {
			secrets = list
		}
	}
	return clouds, secrets
}

// settings evaluates the attributes of a cloud or secrets block as its
// vendor describes them, and lets the vendor check them when all could be read.
func (cn *connected) settings(c *connection) {
	s := cn.ev.Needing(c.block, &c.Lacks)
	s.Known(c.block.Body, settingsBlock(c.block.Type, nil, "", c.vendor.Settings))
	c.Settings = vendors.Settings{}
	complete := true
	for _, setting := range c.vendor.Settings {
		s.Part = setting.Name
		value, out := cn.setting(s, c, setting)
		switch out {
		case eval.Given:
			c.Settings[setting.Name] = value
		case eval.Faulty:
			complete = false
		}
	}
	if !complete || c.vendor.CheckSettings == nil {
		return
	}
	for _, p := range c.vendor.CheckSettings(c.Settings) {
		s.Part = p.Attribute
		s.NotGiven(faults.InvalidSetting, expr.ValueRange(c.block, p.Attribute), faults.Capital(faults.Sentence(p.Summary)), p.Fix)
	}
}

// setting returns the value of one setting: the attribute, else the first environment
// variable that is set, else the default.
func (cn *connected) setting(s *eval.Scope, c *connection, setting vendors.Setting) (vendors.Value, eval.Outcome) {
	if a := c.block.Body.Attributes[setting.Name]; a != nil {
		value, out := cn.writtenSetting(s, a, c.vendor.ReferenceScheme, setting)
		value.Source = filepath.Base(a.SrcRange.Filename)
		if out != eval.Unset {
			return value, out
		}
	}
	for _, name := range setting.Env {
		// CI leaves a variable empty if its secret is not configured.
		if text, ok := cn.ev.Env(name); ok && text != "" {
			return cn.outsideSetting(setting, text, name), eval.Given
		}
	}
	if setting.Default != "" {
		return cn.outsideSetting(setting, setting.Default, "default"), eval.Given
	}
	if !setting.Required {
		return vendors.Value{}, eval.Unset
	}
	fix := fmt.Sprintf("Add a line: %s = ...", setting.Name)
	if len(setting.Env) > 0 {
		fix = fmt.Sprintf("Set %s in the environment, or add a line: %s = ...",
			strings.Join(setting.Env, " or "), setting.Name)
	}
	s.NotGiven(faults.MissingAttribute, c.block.DefRange(), fmt.Sprintf("%s needs %s.", c.Vendor, setting.Name), fix)
	return vendors.Value{}, eval.Faulty
}

// writtenSetting reads a setting from its attribute.
func (cn *connected) writtenSetting(s *eval.Scope, a *hclsyntax.Attribute, own string,
	setting vendors.Setting) (value vendors.Value, out eval.Outcome) {
	switch {
	case setting.Secret:
		value.Secret, value.Reference, out = cn.secret(s, a, own)
	case setting.List:
		value.List, out = s.Texts(a)
	case setting.Map:
		value.Map, out = s.TextMap(a)
	case setting.Words != nil:
		value.Text, out = s.Choice(a, setting.Words...)
	default:
		value.Text, out = s.Text(a)
	}
	return value, out
}

// outsideSetting reads a setting from text that is not in a file; several
// strings are separated by commas.
func (cn *connected) outsideSetting(setting vendors.Setting, text, source string) vendors.Value {
	value := vendors.Value{Source: source}
	scheme, _, isReference := strings.Cut(text, "://")
	switch {
	case setting.Secret && isReference && cn.declaredScheme(scheme):
		value.Reference = text
	case setting.Secret:
		value.Secret = vendors.NewSecret(text)
	case setting.List:
		for _, part := range strings.Split(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				value.List = append(value.List, part)
			}
		}
	default:
		value.Text = text
	}
	return value
}
