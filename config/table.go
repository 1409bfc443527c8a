package config

import (
	"strings"

	"buckethead/config/language"
	"buckethead/config/names"
	"buckethead/config/policy"
	"buckethead/vendors"
)

// The tables of the language. Once they are indexed, they are read-only and so safe for
// concurrent use.
var (
	bhBlock = &language.Block{Name: "bh", Doc: "Settings that apply to all files of the folder.",
		Example: "bh {\n  required_version = \">= 0.1.0\"\n  stack            = \"acme\"\n}",
		Attributes: []language.Attribute{
			{Name: "required_version", Form: language.Text, Doc: "The versions of bh that may read the files.",
				Example: `required_version = ">= 0.1.0"`},
			{Name: "stack", Form: language.Text, Default: DefaultStack,
				Doc:     "The name that marks what these files own. Two stacks in one account need different names.",
				Example: `stack = "acme"`},
		},
		Blocks: []*language.Block{{Name: "state", Labels: []string{"KIND"}, Secret: true, Doc: "Where bh keeps the state. Without this block, it is in a file next to the configuration.",
			Example: "state \"local\" {\n  path = \".bh/state.db\"\n}"}}}

	localStateBlock = (&language.Block{Name: "state", Doc: "A file on this machine.",
		Example: "state \"local\" {\n  path = \".bh/state.db\"\n}",
		Attributes: []language.Attribute{{Name: "path", Form: language.Text, Default: ".bh/state.db",
			Doc:     "The file. A relative path starts from the folder of the configuration.",
			Example: `path = "state/bh.db"`, At: language.At(func(b *Backend) any { return &b.Path })}}}).Index()

	cloudBlock = &language.Block{Name: "cloud", Labels: []string{"VENDOR", "NAME"}, Secret: true,
		Doc:     "An account in which bh makes buckets and the credentials that open them.",
		Example: "cloud \"cloudflare_r2\" \"main\" {\n  account_id = \"0123456789abcdef0123456789abcdef\"\n}"}

	secretsBlock = &language.Block{Name: "secrets", Labels: []string{"VENDOR", "NAME"}, Secret: true,
		Doc:     "A store in which bh keeps the credentials.",
		Example: "secrets \"onepassword\" \"eng\" {\n  vault = \"Engineering\"\n}"}

	movedBlock = &language.Block{Name: "moved", Several: true,
		Doc:     "A project has a new name. Its bucket and keys stay. The item stays too, but without item_title its title follows the name, and references by the old title break.",
		Example: "moved {\n  from = project.photos\n  to   = project.pictures\n}",
		Attributes: []language.Attribute{
			{Name: "from", Form: language.Address, Required: true, Doc: "The old address.",
				Example: `from = project.photos`, At: language.At(func(m *Moved) any { return &m.From })},
			{Name: "to", Form: language.Address, Required: true, Doc: "The new address, which a project block declares.",
				Example: `to = project.tenant["north"]`, At: language.At(func(m *Moved) any { return &m.To })},
		}}

	removedBlock = &language.Block{Name: "removed", Several: true,
		Doc:     "bh forgets a project that is no longer declared. Its bucket, keys and item stay.",
		Example: "removed {\n  from = project.photos\n}",
		Attributes: []language.Attribute{
			{Name: "from", Form: language.Address, Required: true, Doc: "The project.",
				Example: `from = project.photos`, At: language.At(func(r *Removed) any { return &r.From })},
			{Name: "destroy", Form: language.Flag, Default: "false",
				Doc:     "Destroys it instead: revokes its keys, deletes the bucket, then the item.",
				Example: `destroy = true`, At: language.At(func(r *Removed) any { return &r.Destroy })},
		}}

	importBlock = &language.Block{Name: "import", Several: true,
		Doc:     "A project takes over a bucket that exists, and with item the keys that the item holds. bh import writes this block.",
		Example: "import {\n  to     = project.photos\n  bucket = \"acme-photos\"\n}",
		Attributes: []language.Attribute{
			{Name: "to", Form: language.Address, Required: true, Doc: "The project, which a project block declares.",
				Example: `to = project.photos`, At: language.At(func(i *Import) any { return &i.To })},
			{Name: "bucket", Form: language.Text, Doc: "The bucket. The default is the bucket of the project.",
				Example: `bucket = "acme-photos"`, At: language.At(func(i *Import) any { return &i.Bucket })},
			{Name: "item", Form: language.Text, Doc: "The title or the id of an item whose keys are taken over.",
				Example: `item = "Photos"`, At: language.At(func(i *Import) any { return &i.Item })},
			{Name: "access_key_id", Form: language.Text, Doc: "The key that the item must hold. Without item, the key that a new one replaces: it is revoked after the overlap.",
				Example: `access_key_id = "0123456789abcdef0123456789abcdef"`,
				At:      language.At(func(i *Import) any { return &i.AccessKeyID })},
			{Name: "owner", Form: language.Text, Doc: "The other state that owns them, as STACK@LINEAGE. bh discover shows it.",
				Example: `owner = "acme@1b2c3d4e"`, At: language.At(func(i *Import) any { return &i.Owner })},
		}}

	// fileBlock holds every type of block at the top level of a file, in the order of the
	// reference.
	fileBlock = (&language.Block{Blocks: []*language.Block{bhBlock, cloudBlock, secretsBlock, projectBlock, names.VariableBlock, names.LocalsBlock,
		movedBlock, removedBlock, importBlock, policy.Block}}).Index()
)

// settingsBlock is the table of a block that settings describe, with these labels in its example.
func settingsBlock(name string, labels []string, title string, settings []vendors.Setting) *language.Block {
	out := &language.Block{Name: name, Secret: true, Doc: title + "."}
	example := name + ` "` + strings.Join(labels, `" "`) + "\" {"
	for _, s := range settings {
		a := language.Attribute{Name: s.Name, Form: language.Text, Doc: s.Doc, Default: s.Default, Words: s.Words, Example: s.Example,
			Required: s.Required && len(s.Env) == 0} // a setting from the environment need not be written
		switch {
		case s.Secret:
			a.Form = language.Secret
		case s.List:
			a.Form = language.Texts
		case s.Map:
			a.Form = language.TextMap
		}
		if len(s.Env) > 0 {
			a.Doc += " Without it, bh reads the environment variable " + strings.Join(s.Env, " or ") + "."
		}
		if s.Required {
			example += "\n  " + s.Example
		}
		out.Attributes = append(out.Attributes, a)
	}
	if strings.Contains(example, "\n") {
		example += "\n"
	}
	out.Example = example + "}"
	return out.Index()
}
