package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/language"
	"buckethead/config/names"
	"buckethead/config/policy"
)

// topBlocks are the blocks of all files, in order, by type.
type topBlocks struct {
	bh, variable, locals, cloud, secrets, project, moved, removed, imports, policy []*hclsyntax.Block
}

// collectBlocks sorts the blocks of all files by type.
func collectBlocks(ev *eval.Evaluator, files []files.File) *topBlocks {
	b := &topBlocks{}
	lists := map[*language.Block]*[]*hclsyntax.Block{
		bhBlock: &b.bh, names.VariableBlock: &b.variable, names.LocalsBlock: &b.locals, cloudBlock: &b.cloud, secretsBlock: &b.secrets,
		projectBlock: &b.project, movedBlock: &b.moved, removedBlock: &b.removed, importBlock: &b.imports,
		policy.Block: &b.policy,
	}
	for _, f := range files {
		for _, a := range f.Body.Attributes {
			ev.Sources.Attribute(a)
			ev.Found.Report(faults.UnknownAttribute, a.NameRange, a.SrcRange, fmt.Sprintf("%q is outside of any block.", a.Name),
				"Move it into the block that it belongs to; a value of your own belongs in locals { ... }.")
		}
		for _, block := range f.Body.Blocks {
			table := fileBlock.Block(block.Type)
			if table == nil {
				fix := language.WayOut(block.Type, fileBlock.BlockNames(), "block")
				if block.Type == eval.DynamicBlock.Name {
					fix = "A dynamic block belongs in a project. For several projects, write for_each in a project block."
				}
				ev.Found.Report(faults.UnknownBlock, block.TypeRange, block.Range(), fmt.Sprintf("There is no block of type %q.", block.Type), fix)
				continue
			}
			if ev.Labelled(block, table.Labels) {
				list := lists[table]
				*list = append(*list, block)
			}
		}
	}
	return b
}
