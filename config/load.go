package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/names"
	"buckethead/config/policy"
)

// loader holds what one Load works with. It is used by one goroutine.
type loader struct {
	options Options
	config  *Config
	reader  *files.Reader
	ev      *eval.Evaluator
	files   []files.File
}

// Load reads, evaluates and checks what the options name. The Config is never
// nil and always has its Sources, for showing the lines that diagnostics point
// at; the rest is only of use if the list has no errors. The list holds
// every fault that was found, in the order of the files, and is nil if there are none.
// If there are too many to correct at once, one diagnostic says how many are left out.
// No diagnostic holds a sensitive value. Load reads files and contacts no one.
// It is safe for concurrent use with different Options.
//
// Files of variables are not part of Sources, because they may hold secrets:
// diagnostics about them name the line only.
func Load(o Options) (*Config, diag.List) {
	l := newLoader(o)
	if l.read() {
		l.decode()
		l.ev.Meter.Allow(2 * expr.WorkLimit) // for the policies, which are evaluated for every project
	}
	list := faults.Capped(l.faults())
	l.ev.Sources.Quoted(list)
	return l.config, list
}

func newLoader(o Options) *loader {
	c := &Config{
		Stack:   DefaultStack,
		State:   Backend{Kind: localState, Path: ".bh/state.db"},
		Sources: map[string][]byte{},
	}
	r := o.reader(c.Sources)
	outside := eval.Outside{Env: o.env, SecretVariable: o.SecretVariable, Partial: o.Partial}
	return &loader{options: o, config: c, reader: r, ev: eval.New(outside, r.Found, r.Sources, r.Meter)}
}

// read finds, reads and parses the files. It returns false if there is nothing to continue with.
func (l *loader) read() bool {
	l.files = l.reader.Configuration()
	l.config.Dir = l.reader.Folder
	return len(l.files) > 0
}

// decode goes through the blocks in the order in which they depend on each
// other. If a file asks for another version of bh, the rest is not checked:
// it may be correct for that version.
func (l *loader) decode() {
	ev, c := l.ev, l.config
	ev.Start(files.ForFunctions(c.Dir, ev.Meter), c.Dir, l.options.Dir)
	blocks := collectBlocks(ev, l.files)
	ev.Found.Static()
	given := names.Given{Texts: l.options.Vars, Files: l.options.VarFiles}
	variables := names.Evaluate(ev, l.reader, given, blocks.variable)
	c.Sensitive = variables.Sensitive()
	names.EvaluateLocals(ev, blocks.locals)
	bh := bhDecoder{ev: ev, version: l.options.Version, stack: c.Stack}
	satisfied := bh.decode(blocks.bh)
	c.Stack = bh.stack
	if !satisfied {
		ev.Found.List = slices.DeleteFunc(ev.Found.List, func(d diag.Diagnostic) bool {
			return d.Code != faults.UnsupportedVersion.Code && d.Code != faults.InvalidSyntax.Code
		})
		ev.Found.Telling = nil
		return
	}
	connected := newConnected(ev, l.options.Vendors)
	connected.declare(blocks.cloud, blocks.secrets)
	decodeState(connected, l.options.States, bh.state, &c.State)
	c.Clouds, c.Secrets = connected.decode()
	projects := decodeProjects(connected, c, blocks.project)
	decodeLifecycle(projects, c, blocks)
	c.Policies = policy.Decode(ev, blocks.policy)
}

// faults returns what is wrong, in the order of the files.
func (l *loader) faults() diag.List {
	told := l.ev.Found.Told(func() int {
		var blocks []*hclsyntax.Block
		for _, f := range l.files {
			blocks = append(blocks, f.Body.Blocks...)
		}
		return l.ev.Computing(blocks)
	})
	return files.WithoutConsequences(told, l.files).Sorted()
}
