package terraform_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"buckethead/cmd/terraform"
	"buckethead/vendors"
)

const (
	acct  = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	write = "2efd5506f9c8494dacb1fa10a3e7d5b6"
	one   = "10000000000000000000000000000001"
	two   = "20000000000000000000000000000002"
)

// managed is a resource of a state with one instance.
func managed(kind, name, attributes string) string {
	return fmt.Sprintf(`{"mode":"managed","type":%q,"name":%q,"provider":"provider[\"registry.terraform.io/%s/x\"]","instances":[{"attributes":%s}]}`,
		kind, name, strings.SplitN(kind, "_", 2)[0], attributes)
}

func stateOf(resources ...string) []byte {
	return []byte(`{"version":4,"resources":[` + strings.Join(resources, ",") + `]}`)
}

func bucket(name string) string {
	return managed("cloudflare_r2_bucket", name, fmt.Sprintf(`{"account_id":%q,"name":%q}`, acct, name))
}

func token(name, id, more string, buckets ...string) string {
	var resources []string
	for _, b := range buckets {
		resources = append(resources, fmt.Sprintf(`"com.cloudflare.edge.r2.bucket.%s_default_%s":"*"`, acct, b))
	}
	return managed("cloudflare_account_token", name, fmt.Sprintf(`{"id":%q,"policies":[{"effect":"allow","permission_groups":[{"id":%q}],"resources":{%s}}]%s}`,
		id, write, strings.Join(resources, ","), more))
}

func item(name, attributes string) string {
	return managed("onepassword_item", name, fmt.Sprintf(`{"id":"vaults/v/items/%s","title":%q,%s}`, name, name, attributes))
}

func derived(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

func convert(t *testing.T, o terraform.Options, resources ...string) terraform.Converted {
	t.Helper()
	o.Now = now
	if o.Taken == nil {
		o.Taken = map[string]bool{}
	}
	return terraform.Convert(read(t, stateOf(resources...)), o)
}

// TestConvert_items: an item is taken over if it certainly, or usually, holds the secret of the one token whose id it has.
func TestConvert_items(t *testing.T) {
	const value = `,"value":"the-value-of-one"`
	secret := derived("the-value-of-one")
	section := func(pairs ...string) string {
		var fields []string
		for i := 0; i < len(pairs); i += 2 {
			fields = append(fields, fmt.Sprintf(`{"label":%q,"value":%q}`, pairs[i], pairs[i+1]))
		}
		return `"section":[{"label":"s","field":[` + strings.Join(fields, ",") + `]}]`
	}
	for name, c := range map[string]struct {
		value string
		items []string
		takes string // KEY and SECRET label
		says  string
	}{
		"a login":                         {value, []string{item("i", fmt.Sprintf(`"username":%q,"password":%q`, one, secret))}, "username password", ""},
		"fields of a section":             {value, []string{item("i", section("Access Key ID", one, "Secret Access Key", secret))}, "Access Key ID Secret Access Key", ""},
		"a secret that the state lacks":   {"", []string{item("i", section("Access Key ID", one, "Secret Access Key", "x"))}, "Access Key ID Secret Access Key", ""},
		"a password that the state lacks": {value, []string{item("i", fmt.Sprintf(`"username":%q,"password":null,"password_wo":null`, one))}, "username password", ""},
		"a long field beside it":          {value, []string{item("i", fmt.Sprintf(`"username":%q,"password":%q,%s`, one, secret, section("note", strings.Repeat("x", 5000))))}, "username password", ""},
		"the value instead of the secret": {value, []string{item("i", fmt.Sprintf(`"username":%q,"password":"the-value-of-one"`, one))}, "", "not its S3 secret"},
		"no secret at all":                {"", []string{item("i", section("key", one))}, "", "nothing tells which field"},
		"the keys of two tokens":          {value, []string{item("i", fmt.Sprintf(`"username":%q,"password":%q,%s`, one, secret, section("other", two)))}, "", "the keys of several tokens"},
		"two fields of one label":         {value, []string{item("i", section("id", one, "secret", secret, "secret", "x"))}, "", "two fields of one label"},
		"a label with another meaning":    {value, []string{item("i", section("bucket", one, "secret", secret))}, "", "means something else"},
		"an item that is no good first":   {value, []string{item("a", section("key", one)), item("b", fmt.Sprintf(`"username":%q,"password":%q`, one, secret))}, "username password", ""},
		"an item without an id":           {value, []string{managed("onepassword_item", "i", fmt.Sprintf(`{"username":%q,"password":%q}`, one, secret))}, "", ""},
		"odd attributes":                  {value, []string{managed("onepassword_item", "i", `{"title":5}`)}, "", ""},
	} {
		got := convert(t, terraform.Options{}, append([]string{bucket("photos"), token("one", one, c.value, "photos"), token("two", two, "", "albums")}, c.items...)...)
		p, takes := got.Projects[0], ""
		if p.Token == nil || p.Token.ID != one {
			t.Errorf("%s: the token is %+v", name, p.Token)
		}
		if p.Item != nil {
			takes = p.Item.KeyLabel + " " + p.Item.SecretLabel
		}
		if takes != c.takes || (got.Store != nil) != (c.takes != "") || !strings.Contains(described(got), c.says) {
			t.Errorf("%s: it takes %q\n%s", name, takes, described(got))
		}
	}
}

// TestConvert_options: what is declared already decides where things go, and is not declared twice.
func TestConvert_options(t *testing.T) {
	login := item("i", fmt.Sprintf(`"username":%q,"password":"x"`, one))
	resources := []string{bucket("photos"), token("one", one, "", "photos"), login}
	main := []terraform.Cloud{{Address: "cloudflare_r2.main", Account: acct}}
	opStore := func(vault, key, secret string) *terraform.Store {
		return &terraform.Store{Address: "onepassword.eng", OnePassword: true, Vault: vault, KeyLabel: key, SecretLabel: secret}
	}
	for name, c := range map[string]struct {
		o    terraform.Options
		says string
	}{
		"a store with these labels":        {terraform.Options{Clouds: main, Store: opStore("Engineering", "username", "password")}, "item i"},
		"a store with others":              {terraform.Options{Clouds: main, Store: opStore("Engineering", "access_key_id", "secret_access_key")}, "onepassword.eng declares others"},
		"a store of another vault":         {terraform.Options{Clouds: main, Store: opStore("aaaaaaaaaaaaaaaaaaaaaaaaaa", "username", "password")}, "another vault than that of onepassword.eng"},
		"a store that is no vault":         {terraform.Options{Clouds: main, Store: &terraform.Store{Address: "age_file.main"}}, "age_file.main is not a vault"},
		"a cloud of unknown account":       {terraform.Options{Clouds: []terraform.Cloud{{Address: "cloudflare_r2.own"}}}, "project photos: cloudflare_r2.own"},
		"a cloud of another account":       {terraform.Options{Clouds: []terraform.Cloud{{Address: "cloudflare_r2.own", Account: "f"}}}, "cloudflare_r2.own is of another"},
		"a cloud of a user's tokens":       {terraform.Options{Clouds: []terraform.Cloud{{Address: "cloudflare_r2.own", User: true}}}, "issues those of a user"},
		"a project that has the bucket":    {terraform.Options{Clouds: main, Declared: map[terraform.Place]string{{Cloud: "cloudflare_r2.main", Bucket: vendors.BucketID{Name: "photos"}}: "project.mine"}}, "left cloudflare_account_token.one: project.mine declares its bucket photos already"},
		"a project that has the name":      {terraform.Options{Clouds: main, Taken: map[string]bool{"photos": true, "photos_2": true}}, "project photos_3:"},
		"a bucket of another jurisdiction": {terraform.Options{Clouds: main, Declared: map[terraform.Place]string{{Cloud: "cloudflare_r2.main", Bucket: vendors.BucketID{Name: "photos", Namespace: "eu"}}: "project.mine"}}, "project photos:"},
	} {
		if got := described(convert(t, c.o, resources...)); !strings.Contains(got, c.says) {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

// TestConvert_oddities: what is not as Cloudflare's providers write it, or as bh can say it, is named and nothing else suffers.
func TestConvert_oddities(t *testing.T) {
	rules := func(kind, rule string) string {
		return managed("cloudflare_r2_bucket_"+kind, "odd", fmt.Sprintf(`{"account_id":%q,"bucket_name":"photos","rules":[%s]}`, acct, rule))
	}
	policies := func(text string) string {
		return managed("cloudflare_account_token", "odd", fmt.Sprintf(`{"id":%q,"policies":[%s]}`, one, text))
	}
	grant := `"resources":{"com.cloudflare.edge.r2.bucket.` + acct + `_default_photos":"*"}`
	const write = `"permission_groups":["` + write + `"]`
	for name, c := range map[string]struct{ resource, says string }{
		"an age with a fraction":     {rules("lifecycle", `{"id":"a","delete_objects_transition":{"condition":{"type":"Age","max_age":1.5}}}`), "an age is no whole number of seconds"},
		"an age beyond all time":     {rules("lifecycle", `{"id":"a","delete_objects_transition":{"condition":{"type":"Age","max_age":1e300}}}`), "an age is no whole number of seconds"},
		"no condition":               {rules("lifecycle", `{"id":"a","delete_objects_transition":{}}`), "neither after some time nor on a date"},
		"two moves":                  {rules("lifecycle", `{"id":"a","storage_class_transitions":[{"condition":{"max_age":1},"storage_class":"InfrequentAccess"},{"condition":{"max_age":2},"storage_class":"Archive"}]}`), "moves objects twice; a rule moves objects to another storage class"},
		"uploads that end on a date": {rules("lifecycle", `{"id":"a","abort_multipart_uploads_transition":{"condition":{"date":"2030-01-01T00:00:00Z","type":"Date"}}}`), "aborts uploads on a date"},
		"a lock without an end":      {rules("lock", `{"id":"a","condition":{"type":"Age"}}`), "neither for some time nor until a date"},
		"a lock for ever":            {rules("lock", `{"id":"a","condition":{"type":"Indefinite"}}`), "lock: a for all objects, kept indefinitely"},
		"a rule that is off":         {rules("lock", `{"id":"a","enabled":false,"condition":[{"type":"Date","date":"2030-01-01T00:00:00Z"}]}`), "disabled, kept until 2030-01-01"},
		"rules that are none":        {rules("cors", `5`), "left cloudflare_r2_bucket_cors.odd: its attributes are not as Cloudflare's provider writes them"},
		"a token without an id":      {managed("cloudflare_account_token", "odd", `{"id":"x"}`), "left cloudflare_account_token.odd: its attributes are not"},
		"resources that are a list":  {policies(`{"effect":"allow",` + write + `,"resources":["x"]}`), "left cloudflare_account_token.odd: its attributes are not"},
		"resources in a text":        {policies(`{"effect":"allow",` + write + `,"resources":"{` + strings.ReplaceAll(strings.TrimPrefix(grant, `"resources":{`), `"`, `\"`) + `"}`), "token " + one + ": read_write"},
		"a text with no JSON in it":  {policies(`{"effect":"allow",` + write + `,"resources":"all"}`), "left cloudflare_account_token.odd: its attributes are not"},
		"no policies":                {policies(""), "it opens no R2 bucket"},
		"two policies of one bucket": {policies(`{"effect":"allow","permission_groups":["6a018a9f2fc74eb6b293b0c548f38b39"],` + grant + `},{"effect":"allow",` + write + `,` + grant + `}`), "token " + one + ": read_write"},
		"groups by name":             {policies(`{"effect":"allow","permission_groups":[{"id":"new","name":"Workers R2 Storage Bucket Item Read"}],` + grant + `}`), "token " + one + ": read_only"},
		"a zone beside it":           {policies(`{"effect":"allow",` + write + `,"resources":{"com.cloudflare.api.account.zone.x":"*","com.cloudflare.edge.r2.bucket.` + acct + `_default_photos":"*"}}`), "it names a resource that is not a bucket"},
		"addresses that are none":    {managed("cloudflare_account_token", "odd", fmt.Sprintf(`{"id":%q,"condition":{"request_ip":{"in":["home"]}},"policies":[{"effect":"allow",%s,%s}]}`, one, write, grant)), "it is limited to addresses that cannot be read"},
		"addresses within a network": {managed("cloudflare_account_token", "odd", fmt.Sprintf(`{"id":%q,"condition":{"request_ip":{"in":["10.0.0.5/24","192.0.2.1"]}},"policies":[{"effect":"allow",%s,%s}]}`, one, write, grant)), "[10.0.0.0/24 192.0.2.1/32]"},
		"an end without a beginning": {managed("cloudflare_account_token", "odd", fmt.Sprintf(`{"id":%q,"expires_on":"2030-01-01T00:00:00Z","policies":[{"effect":"allow",%s,%s}]}`, one, write, grant)), "it ends on 2030-01-01"},
		"another provider":           {strings.Replace(bucket("x"), "registry.terraform.io/cloudflare", "example.com/other", 1), "left cloudflare_r2_bucket.x: it is not of cloudflare's provider"},
		"attributes of 0.11":         {strings.Replace(bucket("x"), `"attributes"`, `"attributes_flat"`, 1), "those of Terraform 0.11"},
		"a bucket without a name":    {managed("cloudflare_r2_bucket", "x", `{"name":7}`), "left cloudflare_r2_bucket.x: its attributes are not"},
		"a catalog":                  {managed("cloudflare_r2_data_catalog", "x", `{}`), "bh does not manage resources of this type"},
		"rules from two resources":   {rules("cors", "") + "," + strings.Replace(rules("cors", ""), `"odd"`, `"more"`, 1), "left cloudflare_r2_bucket_cors.more: the bucket photos has such rules from another resource"},
	} {
		got := described(convert(t, terraform.Options{}, bucket("photos"), c.resource))
		if !strings.Contains(got, c.says) || !strings.Contains(got, "project photos:") {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

// TestConvert_names: names are made of what people chose, are plain, and differ, whatever their case.
func TestConvert_names(t *testing.T) {
	var resources []string
	add := func(module, name, key string) {
		r := bucket(fmt.Sprintf("b-%d", len(resources)))
		r = strings.Replace(r, fmt.Sprintf(`"name":"b-%d","provider"`, len(resources)), fmt.Sprintf(`"module":%q,"name":%q,"provider"`, module, name), 1)
		if key != "" {
			r = strings.Replace(r, `{"attributes"`, `{"index_key":`+key+`,"attributes"`, 1)
		}
		resources = append(resources, r)
	}
	add("", "photos", "")
	add("", "Photos", "")
	add(`module.store["eu-1"].module.inner[0]`, "this", `"a.b\"]["`)
	add("", "this", "1.0")
	add("", "this", `"ü"`)
	add("module.module", "module", "")
	add(`module.x`, strings.Repeat("long", 40), "")
	add(`module["`, "broken", "")
	var got []string
	for _, p := range convert(t, terraform.Options{}, resources...).Projects {
		got = append(got, p.Name)
	}
	want := []string{"photos", "Photos_2", "store_eu_1_inner_0_this_a_b___", "this_1", "this__", "module_module", "x_" + strings.Repeat("long", 19) + "lo", "__broken"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
