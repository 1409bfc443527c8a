package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
)

const day = 24 * time.Hour

func settingsFile(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile("../testdata/config/settings.hcl")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestLoad_readsSettingsOfABucket(t *testing.T) {
	c := load(t, from(settingsFile(t), "SECRET", canary))
	on := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	want := vendors.BucketSettings{
		CORS: []vendors.CORSRule{
			{AllowedOrigins: []string{"https://app.example.com:8443", "https://www.example.com"}, AllowedMethods: []string{"GET", "HEAD"},
				AllowedHeaders: []string{"content-type"}, ExposeHeaders: []string{"content-length", "etag"}, MaxAge: time.Hour},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}},
		},
		Lifecycle: []vendors.LifecycleRule{{ID: "rule-1", Enabled: true, Prefix: "tmp/", DeleteAfter: 30 * day},
			{ID: "archive", DeleteOn: on, InfrequentAccessAfter: 90 * day, AbortUploadsAfter: 7 * day}},
		Lock: []vendors.LockRule{{ID: "rule-1", Enabled: true, Prefix: "audit/", RetainFor: 365 * day}, {ID: "law", Enabled: true, RetainUntil: on},
			{ID: "rule-3", Indefinite: true}},
		Domains: []vendors.CustomDomain{{Domain: "files.example.com", ZoneID: "0123456789abcdef0123456789abcdef", Enabled: true, MinTLS: "1.2",
			Ciphers: []string{"A-SHA256", "B-SHA256"}}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
	if got := c.Projects[0].Bucket.Settings; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	for i, name := range []string{"north", "south"} {
		want := vendors.BucketSettings{
			CORS: []vendors.CORSRule{{AllowedOrigins: []string{"https://shared.example.com"}, AllowedMethods: []string{"GET"}},
				{AllowedOrigins: []string{"https://" + name + ".example.com"}, AllowedMethods: []string{"PUT"}}},
			Lifecycle:    []vendors.LifecycleRule{{ID: "old", Enabled: true, DeleteAfter: time.Duration(i+1) * 30 * day}},
			Lock:         []vendors.LockRule{{ID: "rule-1", Enabled: true, RetainFor: day}},
			Domains:      []vendors.CustomDomain{{Domain: name + ".example.com", ZoneID: "0123", Enabled: i == 0}},
			PublicAccess: &vendors.PublicAccess{},
		}
		if got := c.Projects[i+1].Bucket.Settings; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", name, got, want)
		}
	}
	if formatted, diags := Format([]byte(settingsFile(t)), "settings.hcl"); len(diags) > 0 || string(formatted) != settingsFile(t) {
		t.Errorf("bh fmt changes it: %v\n%s", diags, formatted)
	}
}

// Each text stands in a project of a cloud that knows all settings; its first line
// is line 8.
func TestLoad_reportsFaultsOfSettings(t *testing.T) {
	rule := func(kind, lines string) string { return kind + " {\n" + lines + "\n}" }
	cors := func(lines string) string {
		return rule("cors_rule", "allowed_origins = [\"*\"]\nallowed_methods = [\"GET\"]\n"+lines)
	}
	domain := func(name string) string {
		return rule("custom_domain", "domain = \""+name+"\"\nzone_id = \"z\"")
	}
	for name, c := range map[string]struct {
		src  string
		want []string
		says []string
	}{
		"cors without anything":             {"cors_rule {}", []string{"BH1007@8", "BH1007@8"}, []string{"allowed_origins", "allowed_methods"}},
		"cors for nobody":                   {rule("cors_rule", "allowed_origins = []\nallowed_methods = []"), []string{"BH1011@9", "BH1011@10"}, []string{"is empty"}},
		"cors null":                         {rule("cors_rule", "allowed_origins = null\nallowed_methods = [\"GET\"]"), []string{"BH1007@8"}, nil},
		"origin with a path":                {rule("cors_rule", "allowed_origins = [\"https://a.example/\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, []string{`Write "https://a.example".`}},
		"origin without a scheme":           {rule("cors_rule", "allowed_origins = [\"a.example\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, []string{"not an origin"}},
		"origin with a query":               {rule("cors_rule", "allowed_origins = [\"https://a.example?x\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, nil},
		"origin without a host":             {rule("cors_rule", "allowed_origins = [\"https://:443\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, nil},
		"origin in other letters":           {rule("cors_rule", "allowed_origins = [\"https://é.example\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, nil},
		"origin with a password":            {rule("cors_rule", "allowed_origins = [\"https://u:hunter2@a.example\"]\nallowed_methods = [\"GET\"]"), []string{"BH1011@9"}, []string{"or a password"}},
		"an invalid method":                 {rule("cors_rule", "allowed_origins = [\"*\"]\nallowed_methods = [\"PATHC\", \"GETT\"]"), []string{"BH1011@10", "BH1011@10"}, []string{`Did you mean "GET"?`}},
		"an invalid header":                 {cors("allowed_headers = [\"a, b\"]\nexpose_headers = [\"\"]"), []string{"BH1011@11", "BH1011@12"}, []string{"not the name of a header"}},
		"max_age too long":                  {cors("max_age = \"25h\""), []string{"BH1016@11"}, []string{`Write "1d" or less`}},
		"max_age of nothing":                {cors("max_age = \"0s\""), []string{"BH1016@11"}, nil},
		"text for a list":                   {cors("allowed_headers = \"x\""), []string{"BH1010@11"}, nil},
		"unknown attribute":                 {cors("max_agee = \"1h\""), []string{"BH1005@11"}, []string{`Did you mean "max_age"?`}},
		"block in a rule":                   {cors("allowed {}"), []string{"BH1004@11"}, nil},
		"rule with a label":                 {"lock_rule \"x\" {\nindefinite = true\n}", []string{"BH1006@8"}, []string{"lock_rule { ... }"}},
		"rule as an attribute":              {"lifecycle_rule = []", []string{"BH1005@8"}, []string{"lifecycle_rule is a block"}},
		"misspelled rule":                   {rule("lifecycle_rules", "delete_after = \"1d\""), []string{"BH1004@8"}, []string{`"lifecycle_rule"`}},
		"rule that does nothing":            {rule("lifecycle_rule", "prefix = \"x\"\ndelete_after = null"), []string{"BH1075@8"}, []string{"does nothing"}},
		"after and on":                      {rule("lifecycle_rule", "delete_after = \"1d\"\ndelete_on = \"2030-01-01\""), []string{"BH1071@10"}, []string{"delete_after and delete_on cannot"}},
		"after and on of the other":         {rule("lifecycle_rule", "infrequent_access_after = \"1d\"\ninfrequent_access_on = \"2030-01-01\""), []string{"BH1071@10"}, nil},
		"no date":                           {rule("lifecycle_rule", "delete_on = \"1.1.2030\""), []string{"BH1073@9"}, []string{`Write "2027-01-31"`}},
		"date with a part of a second":      {rule("lifecycle_rule", "delete_on = \"2030-01-01T00:00:00.5Z\""), []string{"BH1073@9"}, []string{"whole seconds"}},
		"date before all time":              {rule("lifecycle_rule", "delete_on = \"0001-01-01\""), []string{"BH1073@9"}, []string{"the year 1"}},
		"date after all time":               {rule("lifecycle_rule", "delete_on = \"9999-12-31T23:59:59-23:00\""), []string{"BH1073@9"}, []string{"the year 10000"}},
		"no duration":                       {rule("lifecycle_rule", "delete_after = \"30\""), []string{"BH1016@9"}, nil},
		"id of nothing":                     {rule("lifecycle_rule", "id = \"\"\ndelete_after = \"1d\""), []string{"BH1011@9"}, nil},
		"id with quotes":                    {rule("lifecycle_rule", "id = \"a\\\"b\"\ndelete_after = \"1d\""), []string{"BH1011@9"}, nil},
		"two of one id":                     {rule("lifecycle_rule", "id = \"a\"\ndelete_after = \"1d\"") + "\n" + rule("lifecycle_rule", "id = \"a\"\ndelete_after = \"2d\""), []string{"BH1070@13"}, []string{"buckets.hcl:9", "buckets.hcl:13"}},
		"an id that is another's number":    {rule("lock_rule", "id = \"rule-2\"\nindefinite = true") + "\n" + rule("lock_rule", "indefinite = true"), []string{"BH1070@12"}, []string{`"rule-2"`, "buckets.hcl:9"}},
		"one id in rules of two types":      {rule("lock_rule", "id = \"a\"\nindefinite = true") + "\n" + rule("lifecycle_rule", "id = \"a\"\ndelete_after = \"1d\""), nil, nil},
		"lock for no time":                  {rule("lock_rule", "indefinite = false"), []string{"BH1075@8"}, []string{"how long"}},
		"lock in two ways":                  {rule("lock_rule", "retain_for = \"1d\"\nindefinite = true"), []string{"BH1071@10"}, []string{"cannot be set together"}},
		"lock in two ways, one is off":      {rule("lock_rule", "retain_for = \"1d\"\nindefinite = false"), nil, nil},
		"domain without anything":           {"custom_domain {}", []string{"BH1007@8", "BH1007@8"}, []string{"domain", "zone_id"}},
		"domain with a scheme":              {domain("https://a.example"), []string{"BH1011@9"}, []string{"Write only the name"}},
		"domain of one label":               {domain("localhost"), []string{"BH1011@9"}, nil},
		"domain with a dot at its end":      {domain("a.example."), []string{"BH1011@9"}, nil},
		"zone with a space":                 {rule("custom_domain", "domain = \"a.example\"\nzone_id = \"a b\""), []string{"BH1011@10"}, nil},
		"another TLS":                       {rule("custom_domain", "domain = \"a.example\"\nzone_id = \"z\"\nmin_tls = \"1.4\""), []string{"BH1011@11"}, []string{"1.0, 1.1, 1.2, 1.3"}},
		"no cipher":                         {rule("custom_domain", "domain = \"a.example\"\nzone_id = \"z\"\nciphers = [\"a b\"]"), []string{"BH1011@11"}, nil},
		"two of one domain":                 {domain("a.example") + "\n" + domain("A.example"), []string{"BH1070@13"}, []string{`the domain "a.example"`, "buckets.hcl:9", "buckets.hcl:13"}},
		"two for public_access":             {"public_access {}\npublic_access {\nenabled = false\n}", []string{"BH1008@9"}, nil},
		"text for a flag":                   {rule("public_access", "enabled = \"maybe\""), []string{"BH1010@9"}, nil},
		"sensitive value":                   {rule("lifecycle_rule", "delete_after = \"1d\"\nprefix = sensitive(\"x\")"), []string{"BH1041@10"}, nil},
		"one fault, one diagnostic":         {rule("lifecycle_rule", "delete_after = nope"), []string{"BH1013@9"}, nil},
		"the vendor's rules":                {rule("lifecycle_rule", "delete_after = \"13d\""), []string{"BH1051@8"}, []string{"bad luck"}},
		"the vendor is not asked of halves": {rule("lifecycle_rule", "delete_after = \"13d\"") + "\n" + rule("lifecycle_rule", ""), []string{"BH1075@11"}, nil},
		"too many rules":                    {strings.Repeat("lock_rule {\nindefinite = true\n}\n", 1002), []string{"BH1072@3008"}, []string{"1000 lock_rule"}},
	} {
		t.Run(name, func(t *testing.T) {
			src := strings.Split(settingsFile(t), "project")[0] + "project \"p\" {\n" + c.src + "\nbucket = \"bucket\"\n}\n"
			src = strings.Replace(src, "\n\n", "\n", 1) // the block begins on line 7
			checkFaults(t, src, c.want, c.says)
		})
	}
}

// checkFaults holds the faults of a text to code and line, and to what is said.
func checkFaults(t *testing.T, src string, want, says []string) {
	t.Helper()
	c, diags := Load(from(src, "SECRET", canary))
	if got := codes(diags); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	told := ""
	for _, d := range diags {
		told += d.Error() + " " + d.Fix + "\n"
		if d.Fix == "" || d.Detail == "" || d.Summary == "" {
			t.Errorf("%s lacks a part: %+v", d.Code, d)
		}
		if strings.Contains(d.Error()+d.Fix, "hunter2") {
			t.Errorf("a password is told: %v", d)
		}
	}
	for _, part := range says {
		if !strings.Contains(told, part) {
			t.Errorf("%q is not said in:\n%s", part, told)
		}
	}
	if len(want) == 0 && len(c.Projects) == 0 {
		t.Error("there is no project")
	}
}

func TestLoad_knowsSettingsWhereTheCloudDoes(t *testing.T) {
	blocks := map[string]string{
		"cors_rule": "allowed_origins = [\"*\"]\n    allowed_methods = [\"GET\"]", "lifecycle_rule": "delete_after = \"1d\"",
		"lock_rule": "indefinite = true", "custom_domain": "domain = \"a.example\"\n    zone_id = \"z\"", "public_access": "",
	}
	for name, lines := range blocks {
		block := fmt.Sprintf("  %s {\n    %s\n  }\n", name, lines)
		checkFaults(t, header+"project \"p\" {\n  bucket = \"bucket\"\n"+block+"}\n", []string{"BH1056@5"}, []string{"Local folders has no " + name})
		register := "  register {\n    access_key_id = \"a\"\n    secret_access_key = env(\"SECRET\")\n    endpoint_url = \"https://example.com\"\n  }\n"
		checkFaults(t, header+"project \"p\" {\n  bucket = \"bucket\"\n"+block+register+"}\n", []string{"BH1057@5"}, []string{name + " has no effect"})
	}
}

func TestLoad_givesADomainToOneProject(t *testing.T) {
	head := strings.Split(settingsFile(t), "project")[0]
	one := func(name, domain string) string {
		return "project \"" + name + "\" {\n  bucket = \"" + name + "-bucket\"\n  custom_domain {\n    domain = \"" + domain + "\"\n    zone_id = \"z\"\n  }\n}\n"
	}
	checkFaults(t, head+one("aa", "x.example")+one("bb", "X.example"), []string{"BH1074@18"}, []string{"buckets.hcl:11", "project.aa", "buckets.hcl:18", "project.bb"})
	checkFaults(t, head+one("aa", "x.example")+one("bb", "y.example"), nil, nil)
	each := strings.Replace(one("aa", "x.example"), "\"aa-bucket\"", "\"aa-${each.key}\"\n  for_each = toset([\"n\", \"s\"])", 1)
	checkFaults(t, head+each, []string{"BH1074@12"}, []string{`project.aa["n"]`, `project.aa["s"]`})
}

// Without instances the blocks that use each are looked at all the same.
func TestLoad_looksAtSettingsOfNoInstances(t *testing.T) {
	head := strings.Split(settingsFile(t), "project")[0]
	src := head + "project \"p\" {\n  for_each = {}\n  bucket = each.key\n  lifecycle_rule {\n    delete_after = each.value\n  }\n" +
		"  lock_rule {\n    id = each.key\n  }\n  cors_rule {\n    allowed_origins = [each.key]\n    allowed_methods = [\"NO\"]\n  }\n  public_access {\n    enabled = each.value\n  }\n}\n"
	c, diags := Load(from(src, "SECRET", canary))
	if got := codes(diags); !slices.Equal(got, []string{"BH1011@19"}) || len(c.Projects) != 0 {
		t.Errorf("got %v", diags)
	}
}
