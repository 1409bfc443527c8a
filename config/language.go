package config

// language is every block that Load takes. A test compares it with the decoder, in both
// directions.
func language(o Options) []blockType {
	project := typeOfProject()
	return []blockType{
		{name: "bh", doc: "What holds for all files.", several: true, attributes: []attribute{
			{name: "required_version", form: ofText, doc: "Which bh may read the files, such as \">= 0.1.0\"."},
			{name: "stack", form: ofText, def: DefaultStack, doc: "Marks what this file owns."},
		}, blocks: []blockType{stateType(o)}},
		{name: "variable", labels: []string{"NAME"}, doc: "A value from outside: --var, --var-file, BH_VAR_NAME.",
			attributes: []attribute{
				{name: "type", form: ofText, def: "any",
					doc: "string, number, bool, list(...), set(...), map(...), object({...}), tuple([...])."},
				{name: "default", form: ofAnything},
				{name: "description", form: ofText},
				{name: "sensitive", form: ofFlag, def: "false", doc: "Keeps the value from being shown."},
				{name: "nullable", form: ofFlag, def: "true"},
			},
			blocks: []blockType{{name: "validation", several: true, attributes: []attribute{
				{name: "condition", form: ofAnything, required: true},
				{name: "error_message", form: ofText, required: true}}}}},
		{name: "locals", several: true, doc: "Values of your own, as local.NAME."},
		{name: "cloud", labels: []string{"VENDOR", "NAME"}, doc: "Where buckets are.", byLabel: vendorTypes(o, "cloud")},
		{name: "secrets", labels: []string{"VENDOR", "NAME"}, doc: "Where keys are kept.",
			byLabel: vendorTypes(o, "secrets")},
		project,
		{name: "moved", several: true, doc: "A rename in state.", attributes: []attribute{
			{name: "from", form: ofAddress, required: true}, {name: "to", form: ofAddress, required: true}}},
		{name: "removed", several: true, doc: "Lets go of a project.", attributes: []attribute{
			{name: "from", form: ofAddress, required: true},
			{name: "destroy", form: ofFlag, def: "false", doc: "Whether it is destroyed, too."}}},
		{name: "import", several: true, doc: "Takes over what exists.", attributes: []attribute{
			{name: "to", form: ofAddress, required: true}, {name: "bucket", form: ofText},
			{name: "access_key_id", form: ofText},
			{name: "item", form: ofText, doc: "The title or id of an item whose keys are taken over."},
			{name: "owner", form: ofText, doc: "The state that owns them: STACK@LINEAGE."}}},
		{name: "policy", labels: []string{"NAME"}, doc: "What has to hold for every project, or every operation.",
			attributes: []attribute{
				{name: "condition", form: ofAnything, required: true},
				{name: "error_message", form: ofText, required: true},
				{name: "severity", form: ofText, def: "error", words: []string{"error", "warning"}}}},
	}
}

func typeOfProject() blockType {
	return blockType{name: "project", labels: []string{"NAME"},
		doc: "One bucket, credentials that open it, and the item that holds them.",
		attributes: []attribute{
			{name: "bucket", form: ofText, required: true},
			{name: "cloud", form: ofAddress, doc: "The cloud block, where there are several."},
			{name: "secrets", form: ofAddress, doc: "The secrets block, where there are several."},
			{name: "item_title", form: ofText, doc: "The project's name, with the instance's key, where it is not written."},
			{name: "access", form: ofText, def: "read_write", words: []string{"read_write", "read_only"}},
			{name: "location", form: ofText, doc: "A hint; it is fixed when the bucket is made."},
			{name: "jurisdiction", form: ofText},
			{name: "storage_class", form: ofText},
			{name: "allowed_ips", form: ofTexts, doc: "Networks from which the keys work."},
			{name: "expires_after", form: ofLength, doc: "How long keys live."},
			{name: "protect", form: ofFlag, def: "false", doc: "Blocks the destroy."},
			{name: "on_destroy", form: ofText, def: "refuse", words: []string{string(Refuse), string(Retain), string(Empty)},
				doc: "What becomes of a bucket that holds objects."},
			{name: "adopt", form: ofFlag, def: "false", doc: "Takes over a bucket that is there."},
			{name: "for_each", form: ofAnything, doc: "A map or set: one instance for each."},
		},
		blocks: append([]blockType{
			{name: "rotate", attributes: []attribute{
				{name: "every", form: ofLength, required: true},
				{name: "overlap", form: ofLength, def: "24h", doc: "How long the old keys work on."}}},
			{name: "register", doc: "Keys that someone brings.", attributes: []attribute{
				{name: "access_key_id", form: ofText, required: true},
				{name: "secret_access_key", form: ofText, required: true,
					doc: "Never written in the file: env(), a sensitive variable, or a reference."},
				{name: "endpoint_url", form: ofText, required: true},
				{name: "region", form: ofText, def: "auto"},
				{name: "verify", form: ofFlag, def: "true",
					doc: "Whether an apply proves the keys: one request to the endpoint lists the bucket."}}},
		}, settingsTypes()...)}
}

// settingsTypes are the blocks for settings of the bucket.
func settingsTypes() []blockType {
	return []blockType{
		{name: "cors_rule", several: true, attributes: []attribute{
			{name: "allowed_origins", form: ofTexts, required: true},
			{name: "allowed_methods", form: ofTexts, required: true},
			{name: "allowed_headers", form: ofTexts}, {name: "expose_headers", form: ofTexts},
			{name: "max_age", form: ofLength}}},
		{name: "lifecycle_rule", several: true, attributes: append(ruleAttributes(), []attribute{
			{name: "delete_after", form: ofLength}, {name: "delete_on", form: ofMoment},
			{name: "infrequent_access_after", form: ofLength}, {name: "infrequent_access_on", form: ofMoment},
			{name: "abort_uploads_after", form: ofLength}}...)},
		{name: "lock_rule", several: true, attributes: append(ruleAttributes(), []attribute{
			{name: "retain_for", form: ofLength}, {name: "retain_until", form: ofMoment},
			{name: "indefinite", form: ofFlag, def: "false"}}...)},
		{name: "custom_domain", several: true, attributes: []attribute{
			{name: "domain", form: ofText, required: true}, {name: "zone_id", form: ofText, required: true},
			{name: "enabled", form: ofFlag, def: "true"},
			{name: "min_tls", form: ofText, words: []string{"1.0", "1.1", "1.2", "1.3"}},
			{name: "ciphers", form: ofTexts}}},
		{name: "public_access", attributes: []attribute{{name: "enabled", form: ofFlag, def: "true"}}},
	}
}

func ruleAttributes() []attribute {
	return []attribute{{name: "id", form: ofText}, {name: "enabled", form: ofFlag, def: "true"},
		{name: "prefix", form: ofText}}
}

func stateType(o Options) blockType {
	out := blockType{name: "state", labels: []string{"KIND"}, doc: "Where the state is kept.",
		byLabel: map[string]blockType{
			localState: {attributes: []attribute{{name: "path", form: ofText, def: ".bh/state.db"}}}}}
	for _, k := range o.States {
		out.byLabel[k.Name] = blockType{attributes: settingAttributes(k.Settings)}
	}
	return out
}

// vendorTypes are the blocks of each vendor that can be what the kind asks for, under
// the names that they are given.
func vendorTypes(o Options, kind string) map[string]blockType {
	out := map[string]blockType{}
	cs := connections{kind: kind}
	for i := range o.Vendors {
		if v := &o.Vendors[i]; cs.opens(v) {
			out[v.Name] = blockType{labels: []string{"NAME"}, doc: v.Title, attributes: settingAttributes(v.Settings)}
		}
	}
	return out
}
