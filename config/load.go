package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/config/words"
)

// loader holds what one Load knows. It is used by one goroutine.
type loader struct {
	options    Options
	config     *Config
	diags      diag.List
	static     int       // how many of them were found before anything was evaluated
	telling    diag.List // faults that depend on what secrets are
	files      []file
	masked     map[string]bool
	whole      map[hclsyntax.Expression]bool // of those that names stand for
	functions  map[string]function.Function
	parsed     parsedTemplates
	meter      *meter
	kept       int64 // bytes of the values that are kept
	keptSecret bool  // some of them are secrets
	tokens     int   // of all files, about
	root       *hcl.EvalContext
	variables  map[string]*variable
	locals     map[string]*local
	clouds     connections
	secrets    connections
	blocks     topBlocks
	state      *hclsyntax.Block            // nil where none is written
	named      map[string]*hclsyntax.Block // the project blocks, by name
	unsure     map[string]bool             // names of projects whose instances are not known
	buckets    map[bucketKey]int32         // the index in origins of the project that has it
	items      map[itemKey]int32
	domains    map[string]domainOwner // nil until there is one
	origins    []origin
	unused     []Lack          // of what a partly loaded configuration is not used for
	told       map[string]bool // the kinds of block whose absence was reported
	iterators  map[string]bool // the names under which dynamic blocks read their elements; nil until there is one
	made       int             // blocks that dynamic blocks made
}

// topBlocks are the blocks of all files, in order, by type.
type topBlocks struct {
	bh, variable, locals, cloud, secrets, project, moved, removed, imports, policy []*hclsyntax.Block
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
	if l.readFiles() {
		l.evaluate()
		l.meter.work, l.meter.most = 0, 2*workLimit // for the policies, which are evaluated for every project
	}
	l.config.Sensitive = l.sensitiveValues()
	list := capped(l.faults())
	l.maskQuoted(list)
	return l.config, list
}

func newLoader(o Options) *loader {
	l := &loader{
		options: o,
		config: &Config{
			Stack:   DefaultStack,
			State:   Backend{Kind: localState, Path: ".bh/state.db"},
			Sources: map[string][]byte{},
		},
		meter:     &meter{most: workLimit},
		masked:    map[string]bool{},
		parsed:    parsedTemplates{byText: map[string]hclsyntax.Expression{}},
		whole:     map[hclsyntax.Expression]bool{},
		variables: map[string]*variable{},
		locals:    map[string]*local{},
		unsure:    map[string]bool{},
	}
	l.clouds = connections{kind: "cloud", byAddress: map[string]*connection{}}
	l.secrets = connections{kind: "secrets", byAddress: map[string]*connection{}}
	return l
}

// evaluate goes through the blocks in the order in which they depend on each
// other. A file that asks for another version of bh is not looked at further:
// whatever else is strange in it may be right for that version.
func (l *loader) evaluate() {
	l.functions = functions.All(l.world())
	for name, f := range l.functions {
		if name != "try" && name != "can" { // they evaluate their arguments themselves
			l.functions[name] = l.meter.call(name, f)
		}
	}
	l.functions[guardedIndex] = guardedIndexFunc
	l.root = &hcl.EvalContext{Functions: l.functions, Variables: map[string]cty.Value{"path": pathValues()}}
	l.collectBlocks()
	l.static = len(l.diags)
	l.declareVariables()
	l.assignVariables()
	l.evaluateLocals()
	if !l.decodeBH() {
		l.diags = slices.DeleteFunc(l.diags, func(d diag.Diagnostic) bool {
			return d.Code != unsupportedVersion.Code && d.Code != invalidSyntax.Code
		})
		l.telling = nil
		return
	}
	l.declareConnections()
	l.decodeState()
	l.decodeConnections()
	l.decodeProjects()
	l.decodeLifecycle()
	l.decodePolicies()
}

// collectBlocks sorts the blocks of all files by type.
func (l *loader) collectBlocks() {
	b := &l.blocks
	lists := map[*language.Block]*[]*hclsyntax.Block{
		bhBlock: &b.bh, variableBlock: &b.variable, localsBlock: &b.locals, cloudBlock: &b.cloud, secretsBlock: &b.secrets,
		projectBlock: &b.project, movedBlock: &b.moved, removedBlock: &b.removed, importBlock: &b.imports,
		policyBlock: &b.policy,
	}
	for _, f := range l.files {
		for _, a := range f.body.Attributes {
			l.maskAttribute(a)
			l.report(unknownAttribute, a.NameRange, a.SrcRange, fmt.Sprintf("%q stands outside of any block.", a.Name),
				"Move it into the block that it belongs to; a value of your own belongs in locals { ... }.")
		}
		for _, block := range f.body.Blocks {
			table := fileBlock.Block(block.Type)
			if table == nil {
				fix := suggestion(block.Type, fileBlock.BlockNames(), "block")
				if block.Type == dynamicBlock.Name {
					fix = "A dynamic block stands in a project. For several projects, write for_each in a project block."
				}
				l.report(unknownBlock, block.TypeRange, block.Range(), fmt.Sprintf("There is no block of type %q.", block.Type), fix)
				continue
			}
			if l.labelled(block, table.Labels) {
				list := lists[table]
				*list = append(*list, block)
			}
		}
	}
}

// labelled checks a block's labels: as many as there are names for them, and each
// a name itself.
func (l *loader) labelled(b *hclsyntax.Block, want []string) bool {
	if len(b.Labels) != len(want) {
		form := b.Type
		for _, name := range want {
			form += fmt.Sprintf(" %q", name)
		}
		l.report(invalidLabels, b.DefRange(), b.Range(),
			fmt.Sprintf("A %s block has %s, and this one has %d.", b.Type, words.Count(len(want), "label"), len(b.Labels)),
			fmt.Sprintf("Write it as: %s { ... }", form))
		return false
	}
	ok := true
	for i, label := range b.Labels {
		if !addr.ValidName(label) {
			l.report(invalidLabels, b.LabelRanges[i], b.Range(), fmt.Sprintf("%q cannot be a name.", label),
				"A name begins with a letter or an underscore and continues with letters, digits, underscores and dashes.")
			ok = false
		}
	}
	return ok
}

// scope returns the place in which the attributes of a block are evaluated.
func (l *loader) scope(b *hclsyntax.Block) *scope {
	return &scope{l: l, ctx: l.root, block: b.Range()}
}

// needing returns the scope of a block that keeps what it lacks, with Options.Partial.
func (l *loader) needing(b *hclsyntax.Block, lacks *[]Lack) *scope {
	s := l.scope(b)
	if l.options.Partial {
		s.lacks = lacks
	}
	return s
}

// known reports the attributes and blocks of a body that its table does not have.
func (s *scope) known(b *hclsyntax.Body, table *language.Block) {
	for name, a := range b.Attributes {
		if table.Attribute(name) == nil {
			if table.Secret {
				s.l.maskAttribute(a)
			}
			s.unknownAttribute(a, table)
		}
	}
	for _, inner := range b.Blocks {
		if table.Block(inner.Type) == nil {
			s.unknownBlock(inner, table)
		}
	}
}

// unknownAttribute reports an attribute that its block does not have.
func (s *scope) unknownAttribute(a *hclsyntax.Attribute, table *language.Block) {
	fix := suggestion(a.Name, table.AttributeNames(), "attribute")
	if inner := table.Block(a.Name); inner != nil {
		if inner.Secret {
			s.l.mask(a.Expr)
		}
		fix = fmt.Sprintf("%s is a block: write %s { ... } without the equals sign.", a.Name, a.Name)
	} else if near := language.Similar(a.Name, table.BlockNames()); near != "" &&
		language.Similar(a.Name, table.AttributeNames()) == "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	s.report(unknownAttribute, a.NameRange, fmt.Sprintf("A %s block has no attribute %q.", table.Name, a.Name), fix)
}

// unknownBlock reports a block that the block around it does not have.
func (s *scope) unknownBlock(b *hclsyntax.Block, table *language.Block) {
	if table.Secret {
		s.l.maskBody(b.Body)
	}
	name, at, names := b.Type, b.TypeRange, table.BlockNames()
	if b.Type == dynamicBlock.Name && len(b.Labels) == 1 {
		name, at = b.Labels[0], b.LabelRanges[0]
		names = slices.DeleteFunc(names, func(name string) bool { return name == dynamicBlock.Name })
		if slices.Contains(names, name) {
			s.report(unknownBlock, b.TypeRange, fmt.Sprintf("A dynamic block cannot make the %s block of a %s block.", name, table.Name),
				fmt.Sprintf("Write %s { ... } itself: dynamic blocks stand in projects only.", name))
			return
		}
	}
	fix := suggestion(name, names, "block")
	if table.Attribute(name) != nil {
		fix = fmt.Sprintf("%s is an attribute: write %s = ...", name, name)
	} else if near := language.Similar(name, table.AttributeNames()); near != "" && language.Similar(name, names) == "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	s.report(unknownBlock, at, fmt.Sprintf("A %s block has no block %q.", table.Name, name), fix)
}

// objectOf makes one object of several values.
func objectOf(values map[string]cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(values)
}
