package config

import (
	"slices"
	"strings"
	"testing"
)

// Each text has header in front, so its first line is line 3. want lists code and
// line of every diagnostic, in order; says must all stand in what is told.
func TestLoad_reportsEveryFaultWithItsPlace(t *testing.T) {
	project := func(lines string) string { return "project \"p\" {\n  bucket = \"bucket\"\n" + lines + "\n}" }
	for name, c := range map[string]struct {
		src  string
		want []string
		says []string
	}{
		"broken text":                     {"project \"p\" {\n  bucket = \n}", []string{"BH1003@4"}, []string{"expression"}},
		"broken text hides nothing":       {"project \"a\" {\n  bukcet = \"a\"\n  bucket = \"abc\"\n}\nproject \"p\" {\n  bucket = \"b\n}", []string{"BH1005@4", "BH1003@8", "BH1003@8"}, nil},
		"attribute set twice":             {project("  bucket = \"other\""), []string{"BH1009@5"}, []string{"already set"}},
		"unknown block":                   {"projetc \"p\" {}", []string{"BH1004@3"}, []string{`Did you mean "project"?`}},
		"unknown attribute":               {project("  acess = \"read_only\""), []string{"BH1005@5"}, []string{`Did you mean "access"?`}},
		"unknown block in a project":      {project("  rotation {}"), []string{"BH1004@5"}, []string{`"rotate"`}},
		"attribute as a block":            {project("  protect {}"), []string{"BH1004@5"}, []string{"protect is an attribute"}},
		"block as an attribute":           {project("  rotate = { every = \"90d\" }"), []string{"BH1005@5"}, []string{"rotate is a block"}},
		"attribute outside of blocks":     {"bucket = \"x\"", []string{"BH1005@3"}, []string{"outside of any block"}},
		"labels missing":                  {"project {}", []string{"BH1006@3"}, []string{`project "NAME"`}},
		"label that is no name":           {"project \"a b\" {\n bucket = \"abc\"\n}", []string{"BH1006@3"}, nil},
		"bucket missing":                  {"project \"p\" {}", []string{"BH1007@3"}, []string{"bucket"}},
		"bucket null":                     {"project \"p\" {\n bucket = null\n}", []string{"BH1007@3"}, nil},
		"bucket empty":                    {"project \"p\" {\n bucket = \"\"\n}", []string{"BH1011@4"}, nil},
		"duplicate project":               {project("") + "\n" + project(""), []string{"BH1008@7"}, []string{"buckets.hcl:3"}},
		"duplicate cloud":                 {"cloud \"local\" \"main\" {}", []string{"BH1008@3"}, []string{"buckets.hcl:1"}},
		"duplicate bh":                    {"bh {}\nbh {}", []string{"BH1008@4"}, nil},
		"duplicate variable":              {"variable \"a\" {\n default = 1\n}\nvariable \"a\" {}", []string{"BH1008@6"}, nil},
		"duplicate local":                 {"locals {\n a = 1\n}\nlocals {\n a = 2\n}", []string{"BH1009@7"}, []string{"buckets.hcl:4"}},
		"duplicate rotate":                {project("  rotate {\n every = \"9d\"\n }\n rotate {\n every = \"9d\"\n }"), []string{"BH1008@8"}, nil},
		"duplicate rotate of instances":   {project("  for_each = {}\n  rotate {\n every = each.value\n }\n rotate {\n every = \"9d\"\n }"), []string{"BH1008@9"}, nil},
		"broken text has no consequences": {"project \"a\" {\n  bucket = local.x\n  cloud  = cloudflare_r2.other\n}\nproject \"b\" {\n  bukcet = \"b\n", []string{"BH1003@8", "BH1003@8"}, nil},
		"text for a flag":                 {project("  protect = \"maybe\""), []string{"BH1010@5"}, []string{"true or false"}},
		"list for text":                   {"project \"p\" {\n  bucket = [\"a\"]\n}", []string{"BH1010@4"}, []string{"a list"}},
		"unknown access":                  {project("  access = \"readonly\""), []string{"BH1011@5"}, []string{`Did you mean "read_only"?`}},
		"unknown on_destroy":              {project("  on_destroy = \"keep\""), []string{"BH1011@5"}, []string{"refuse, retain, empty"}},
		"failing function":                {"locals {\n  a = parseint(\"x\", 10)\n}", []string{"BH1012@4"}, []string{"base 10"}},
		"undeclared variable":             {"variable \"region\" {\n default = 1\n}\nlocals {\n a = var.regoin\n}", []string{"BH1013@7"}, []string{"Did you mean var.region?"}},
		"undeclared local":                {project("  location = local.nope"), []string{"BH1013@5"}, []string{`No local value "nope"`}},
		"text without quotes":             {"locals {\n  a = weur\n}", []string{"BH1013@4"}, []string{"in quotes"}},
		"each without for_each":           {project("  item_title = each.key"), []string{"BH1013@5"}, []string{"for_each"}},
		"unknown function":                {"locals {\n  a = uper(\"x\")\n}", []string{"BH1014@4"}, []string{"Did you mean upper()?"}},
		"clock":                           {"locals {\n  a = timestamp()\n}", []string{"BH1014@4"}, []string{"the plan would differ each time"}},
		"cycle":                           {"locals {\n  a = local.b\n  b = local.c\n  c = local.a\n  d = local.a\n}", []string{"BH1015@4"}, []string{"a -> b -> c -> a"}},
		"local of itself":                 {"locals {\n  a = [local.a]\n}", []string{"BH1015@4"}, []string{"a -> a"}},
		"duration without unit":           {project("  rotate {\n every = \"90\"\n }"), []string{"BH1016@6"}, []string{"no unit"}},
		"rotate without every":            {project("  rotate {}"), []string{"BH1007@5"}, nil},
		"overlap too long":                {project("  rotate {\n every = \"1d\"\n overlap = \"24h\"\n }"), []string{"BH1016@7"}, []string{"1d"}},
		"default overlap too long":        {project("  rotate {\n every = \"12h\"\n }"), []string{"BH1016@5"}, []string{"Without a line for it, the overlap is 24h"}},
		"no time at all":                  {project("  rotate {\n every = \"0d\"\n }"), []string{"BH1016@6"}, nil},
		"missing variable":                {"variable \"a\" {\n type = string\n}", []string{"BH1020@3"}, []string{"--var a=", "--var-file", "BH_VAR_a"}},
		"default of another type":         {"variable \"a\" {\n type = number\n default = \"x\"\n}", []string{"BH1022@5"}, []string{"number"}},
		"validation":                      {"variable \"a\" {\n default = \"x\"\n validation {\n  condition = var.a == \"y\"\n  error_message = \"Not ${var.a}\"\n }\n}", []string{"BH1023@6"}, []string{"Not x."}},
		"no type":                         {"variable \"a\" {\n type = strin\n default = \"\"\n}", []string{"BH1024@4"}, nil},
		"newer bh":                        {"bh {\n required_version = \">= 2.0\"\n unheard_of = true\n}\nproject \"p\" {\n  nope = 1\n}", []string{"BH1025@4"}, []string{"0.1.0-dev"}},
		"no version":                      {"bh {\n required_version = \"soon\"\n}", []string{"BH1011@4"}, nil},
		"other state":                     {"bh {\n state \"s3\" {\n bucket = \"b\"\n }\n}", []string{"BH1026@4"}, []string{`this version of bh knows "local"`}},
		"bad stack":                       {"bh {\n stack = \"a/b\"\n}", []string{"BH1011@4"}, nil},
		"unknown vendor":                  {"cloud \"cloudflare_r3\" \"a\" {}\n", []string{"BH1030@3"}, []string{`Did you mean "cloudflare_r2"?`}},
		"store as cloud":                  {"cloud \"age_file\" \"a\" {}", []string{"BH1030@3"}, []string{"a secret store and no cloud"}},
		"several clouds":                  {"cloud \"local\" \"two\" {}\n" + project(""), []string{"BH1032@4"}, []string{"cloud = local.main"}},
		"unknown connection":              {project("  cloud = local.mian"), []string{"BH1033@5"}, []string{`Did you mean "local.main"?`}},
		"setting refused":                 {"cloud \"cloudflare_r2\" \"a\" {\n account_id = \"x\"\n api_token = env(\"TOKEN\")\n token_kind = \"odd\"\n}", []string{"BH1034@6"}, []string{"no such kind of token"}},
		"setting missing":                 {"cloud \"cloudflare_r2\" \"a\" {\n api_token = env(\"TOKEN\")\n}", []string{"BH1007@3"}, []string{"CLOUDFLARE_ACCOUNT_ID"}},
		"unknown setting":                 {"cloud \"local\" \"a\" {\n rot = \"x\"\n}", []string{"BH1005@4"}, []string{`Did you mean "root"?`}},
		"for_each over a list":            {project("  for_each = [\"a\"]"), []string{"BH1050@5"}, []string{"toset"}},
		"for_each with an empty key":      {project("  for_each = toset([\"\", \"a\"])"), []string{"BH1050@5"}, nil},
		"for_each over numbers":           {project("  for_each = toset([1])"), []string{"BH1050@5"}, nil},
		"for_each null":                   {project("  for_each = null"), []string{"BH1050@5"}, nil},
		"two with one bucket":             {project("") + "\nproject \"q\" {\n  bucket = \"bucket\"\n}", []string{"BH1054@8"}, []string{"buckets.hcl:4", "project.p", "buckets.hcl:8", "project.q"}},
		"two with one item":               {project("  item_title = \"q\"") + "\nproject \"q\" {\n  bucket = \"other\"\n}", []string{"BH1055@7"}, []string{"buckets.hcl:5", "buckets.hcl:7"}},
		"instances with one bucket":       {project("  for_each = toset([\"a\", \"b\"])"), []string{"BH1054@4"}, []string{`project.p["a"]`, `project.p["b"]`}},
		"policy without a condition":      {"policy \"p\" {\n error_message = \"x\"\n}", []string{"BH1007@3"}, []string{"condition"}},
		"policy without a name":           {"policy {}", []string{"BH1006@3"}, []string{`policy "NAME"`}},
		"policy twice":                    {"policy \"p\" {\n condition = true\n error_message = \"x\"\n}\npolicy \"p\" {}", []string{"BH1008@7"}, []string{"buckets.hcl:3"}},
		"policy of odd severity":          {"policy \"p\" {\n condition = true\n error_message = \"x\"\n severity = \"warn\"\n}", []string{"BH1011@6"}, []string{"error, warning"}},
		"policy with an unknown name":     {"policy \"p\" {\n conditon = true\n condition = true\n error_message = \"x\"\n}", []string{"BH1005@4"}, []string{`"condition"`}},
		"policy about nothing there is":   {"policy \"p\" {\n condition = project.lokation == null\n error_message = \"x${operation.kin}\"\n}", []string{"BH1013@4", "BH1013@5"}, []string{"project.location?", "operation.kind?"}},
		"policy with an undeclared name":  {"policy \"p\" {\n condition = projekt.name == null\n error_message = \"x\"\n}", []string{"BH1013@4"}, []string{`Did you mean "project"?`}},
		"policy with an unknown function": {"policy \"p\" {\n condition = second(project.rotate_every) > 1\n error_message = \"x\"\n}", []string{"BH1014@4"}, []string{"seconds()"}},
		"policy of the wrong type":        {"policy \"p\" {\n condition = operation.changes > 3\n error_message = \"x\"\n}", []string{"BH1012@4"}, nil},
		"attribute the cloud lacks":       {project("  location = \"weur\""), []string{"BH1056@5"}, []string{"Local folders has no location"}},
		"address in a network":            {"cloud \"cloudflare_r2\" \"a\" {\n account_id = \"x\"\n api_token = env(\"TOKEN\")\n}\n" + project("  cloud = \"a\"\n allowed_ips = [\"10.0.0.5/8\", \"home\"]"), []string{"BH1011@10", "BH1011@10"}, []string{"10.0.0.0/8", "home"}},
		"vendor's rules":                  {"cloud \"cloudflare_r2\" \"a\" {\n account_id = \"x\"\n api_token = env(\"TOKEN\")\n}\nproject \"p\" {\n  cloud = \"a\"\n  bucket = \"UPPER\"\n  location = \"mars\"\n}", []string{"BH1051@9", "BH1051@10"}, []string{"UPPER", "Use lower case."}},
		"credential's rules":              {"cloud \"cloudflare_r2\" \"a\" {\n account_id = \"x\"\n api_token = env(\"TOKEN\")\n}\n" + project("  cloud = \"a\"\n allowed_ips = [for i in range(4) : \"10.0.0.${i}\"]"), []string{"BH1052@10"}, nil},
		"title's rules":                   {"secrets \"onepassword\" \"a\" {\n vault = \"v\"\n}\n" + project("  secrets = onepassword.a\n  item_title = \"a/b\""), []string{"BH1053@9"}, nil},
		"expiry before rotation":          {"cloud \"cloudflare_r2\" \"a\" {\n account_id = \"x\"\n api_token = env(\"TOKEN\")\n}\n" + project("  cloud = \"a\"\n expires_after = \"9d\"\n rotate {\n  every = \"9d\"\n }"), []string{"BH1058@10"}, nil},
		"no address":                      {"moved {\n from = local.a\n to = project.b\n}", []string{"BH1060@4"}, nil},
		"moved to itself":                 {"moved {\n from = project.a\n to = project.a\n}", []string{"BH1061@5"}, nil},
		"moved twice":                     {"moved {\n from = project.a\n to = project.b\n}\nmoved {\n from = project.a\n to = project.c\n}", []string{"BH1061@8"}, []string{"buckets.hcl:3"}},
		"moved to one place":              {"moved {\n from = project.a\n to = project.b\n}\nmoved {\n from = project.c\n to = project.b\n}", []string{"BH1061@9"}, nil},
		"moved in a circle":               {"moved {\n from = project.a\n to = project.b\n}\nmoved {\n from = project.b\n to = project.a\n}", []string{"BH1061@3"}, []string{"project.a -> project.b -> project.a"}},
		"moved and declared":              {project("") + "\nmoved {\n from = project.p\n to = project.b\n}", []string{"BH1061@8"}, nil},
		"removed and declared":            {project("") + "\nremoved {\n from = project.p\n}", []string{"BH1062@8"}, nil},
		"removed twice":                   {"removed {\n from = project.a\n}\nremoved {\n from = project.a\n}", []string{"BH1008@6"}, nil},
		"import of nothing":               {project("") + "\nimport {\n to = project.pp\n}", []string{"BH1063@8"}, []string{"Did you mean project.p?"}},
		"import of another bucket":        {project("") + "\nimport {\n to = project.p\n bucket = \"other\"\n}", []string{"BH1064@9"}, nil},
		"import from no state":            {project("") + "\nimport {\n to = project.p\n owner = \"acme\"\n}", []string{"BH1064@9"}, []string{"STACK@LINEAGE"}},
		"replaced key, and none issued":   {project("  register {\n access_key_id = \"a\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"https://example.com\"\n}") + "\nimport {\n to = project.p\n access_key_id = \"AK\"\n}", []string{"BH1064@13"}, []string{"bh does not issue one"}},
		"register incomplete":             {project("  register {\n access_key_id = \"a\"\n}"), []string{"BH1007@5", "BH1007@5"}, []string{"secret_access_key", "endpoint_url"}},
		"register without TLS":            {project("  register {\n access_key_id = \"a\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"http://example.com\"\n}"), []string{"BH1011@8"}, []string{"https"}},
		"register and a bucket's own":     {project("  location = \"weur\"\n  register {\n access_key_id = \"a\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"https://example.com\"\n}"), []string{"BH1057@5"}, nil},
		"register with a reference as id": {project("  register {\n access_key_id = \"op://v/i/id\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"https://example.com\"\n}"), []string{"BH1011@6"}, []string{"Write the key id itself"}},
		"register with an odd verify":     {project("  register {\n access_key_id = \"a\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"https://example.com\"\n verify = \"perhaps\"\n}"), []string{"BH1010@9"}, []string{"verify"}},
		"one fault, one diagnostic":       {"variable \"v\" {}\nlocals {\n  a = var.v\n  b = upper(local.a)\n}\nproject \"p\" {\n  bucket = local.b\n  for_each = toset([local.b])\n}", []string{"BH1020@3"}, nil},
		"all faults at once":              {"locals {\n  a = nope\n  b = uper(\"\")\n}\nproject \"p\" {\n  protect = 5\n}\nproject \"q\" {\n  bucket = \"q\"\n  acess = 1\n}", []string{"BH1013@4", "BH1014@5", "BH1007@7", "BH1010@8", "BH1005@12"}, nil},
		"shared fault of instances":       {"project \"p\" {\n  for_each = toset([\"a\", \"b\"])\n  bucket = each.value.nope\n  protect = \"x\"\n}", []string{"BH1012@5", "BH1010@6"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := Load(from(header+c.src, "TOKEN", "canary-token"))
			if got := codes(diags); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			told := ""
			for _, d := range diags {
				told += d.Error() + " " + d.Fix + "\n"
				if d.Fix == "" || d.Detail == "" || d.Summary == "" {
					t.Errorf("%s lacks a part: %+v", d.Code, d)
				}
			}
			for _, part := range c.says {
				if !strings.Contains(told, part) {
					t.Errorf("%q is not said in:\n%s", part, told)
				}
			}
			if t.Failed() {
				t.Log(told)
			}
		})
	}
}

func TestLoad_needsAConnectionOnlyForWhatUsesIt(t *testing.T) {
	two := "project \"a\" {\n  bucket = \"aaa\"\n}\nproject \"b\" {\n  bucket = \"bbb\"\n}\n"
	_, diags := Load(from(two))
	if got := codes(diags); !slices.Equal(got, []string{"BH1031@1", "BH1031@1"}) {
		t.Errorf("one line for each kind, not for each project: %v", got)
	}
	register := "secrets \"age_file\" \"main\" {}\nproject \"a\" {\n  bucket = \"aaa\"\n  register {\n    access_key_id = \"a\"\n    secret_access_key = env(\"S\")\n    endpoint_url = \"http://127.0.0.1:9000\"\n  }\n}\n"
	load(t, from(register, "S", "s"))
}
