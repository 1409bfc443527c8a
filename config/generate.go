package config

import (
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/vendors"
)

// Existing is a bucket that is to be taken over as it is. Cloud, Secrets and
// ItemTitle are written where they are not empty, and so is what is known of the
// credential that Item, a title or an id, holds. With Declared there is a project
// already, and the import block is all.
type Existing struct {
	To           addr.Address
	Declared     bool
	Cloud        string
	Secrets      string
	Bucket       vendors.BucketSpec
	ItemTitle    string
	Item         string
	AccessKeyID  string
	Owner        string // the state that it is taken from, "" for none
	Access       vendors.Access
	AllowedIPs   []string
	ExpiresAfter time.Duration
}

// Generate writes the blocks that declare and import what exists, in canonical form.
func Generate(list []Existing) []byte {
	file := hclwrite.NewEmptyFile()
	for i, e := range list {
		if i > 0 {
			file.Body().AppendNewline()
		}
		if !e.Declared {
			e.project(file.Body().AppendNewBlock("project", []string{e.To.Name}).Body())
			file.Body().AppendNewline()
		}
		e.imports(file.Body().AppendNewBlock("import", nil).Body())
	}
	out, _ := Format(file.Bytes(), "") // it is no text of a person's, and so never faulty
	return out
}

// Append puts blocks below a file, apart by an empty line. What is there stays as it is.
func Append(src, blocks []byte) []byte {
	out := append([]byte{}, src...)
	if len(out) > 0 {
		if out[len(out)-1] != '\n' {
			out = append(out, '\n')
		}
		out = append(out, '\n')
	}
	return append(out, blocks...)
}

func (e Existing) imports(body *hclwrite.Body) {
	body.SetAttributeTraversal("to", addressTraversal(e.To))
	w := writer{body}
	w.text("bucket", e.Bucket.ID.Name)
	w.text("item", e.Item)
	w.text("access_key_id", e.AccessKeyID)
	w.text("owner", e.Owner)
}

func (e Existing) project(body *hclwrite.Body) {
	w := writer{body}
	w.text("bucket", e.Bucket.ID.Name)
	w.connection("cloud", e.Cloud)
	w.connection("secrets", e.Secrets)
	w.text("item_title", e.ItemTitle)
	w.text("location", e.Bucket.Location)
	w.text("jurisdiction", e.Bucket.ID.Namespace)
	w.text("storage_class", e.Bucket.StorageClass)
	if e.Access != vendors.ReadWrite {
		w.text("access", string(e.Access))
	}
	w.texts("allowed_ips", e.AllowedIPs)
	w.length("expires_after", e.ExpiresAfter)
	for _, g := range settingsGroups {
		g.write(e.Bucket.Settings, body) // a group without rules is as if it were not declared
	}
}

func block(body *hclwrite.Body, kind vendors.SettingsKind) writer {
	body.AppendNewline()
	return writer{body.AppendNewBlock(kind.Block(), nil).Body()}
}

func (w writer) cors(r vendors.CORSRule) {
	w.texts("allowed_origins", r.AllowedOrigins)
	w.texts("allowed_methods", r.AllowedMethods)
	w.texts("allowed_headers", r.AllowedHeaders)
	w.texts("expose_headers", r.ExposeHeaders)
	w.length("max_age", r.MaxAge)
}

func (w writer) lifecycle(r vendors.LifecycleRule) {
	w.rule(r.ID, r.Enabled, r.Prefix)
	w.length("delete_after", r.DeleteAfter)
	w.date("delete_on", r.DeleteOn)
	w.length("infrequent_access_after", r.InfrequentAccessAfter)
	w.date("infrequent_access_on", r.InfrequentAccessOn)
	w.length("abort_uploads_after", r.AbortUploadsAfter)
}

func (w writer) lock(r vendors.LockRule) {
	w.rule(r.ID, r.Enabled, r.Prefix)
	w.length("retain_for", r.RetainFor)
	w.date("retain_until", r.RetainUntil)
	if r.Indefinite {
		w.SetAttributeValue("indefinite", cty.True)
	}
}

func (w writer) domain(d vendors.CustomDomain) {
	w.text("domain", d.Domain)
	w.text("zone_id", d.ZoneID)
	w.disabled(d.Enabled)
	w.text("min_tls", d.MinTLS)
	w.texts("ciphers", d.Ciphers)
}

// writer writes attributes that have something to say.
type writer struct{ *hclwrite.Body }

func (w writer) text(name, text string) {
	if text != "" {
		w.SetAttributeValue(name, cty.StringVal(text))
	}
}

func (w writer) texts(name string, list []string) {
	values := make([]cty.Value, len(list))
	for i, text := range list {
		values[i] = cty.StringVal(text)
	}
	if len(values) > 0 {
		w.SetAttributeValue(name, cty.TupleVal(values))
	}
}

func (w writer) length(name string, d time.Duration) {
	if d > 0 {
		w.SetAttributeValue(name, cty.StringVal(formatDuration(d)))
	}
}

func (w writer) date(name string, t time.Time) { w.text(name, words.Date(t)) }

func (w writer) disabled(enabled bool) {
	if !enabled {
		w.SetAttributeValue("enabled", cty.False)
	}
}

func (w writer) rule(id string, enabled bool, prefix string) {
	w.text("id", id)
	w.disabled(enabled)
	w.text("prefix", prefix)
}

// connection names a block as people do. One of the vendor "local" could be taken
// for a local value, so it is named in full.
func (w writer) connection(kind, address string) {
	if address == "" {
		return
	}
	vendor, name, _ := strings.Cut(address, ".")
	if vendor == "local" {
		w.SetAttributeTraversal(kind,
			hcl.Traversal{hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: vendor}, hcl.TraverseAttr{Name: name}})
		return
	}
	w.SetAttributeTraversal(kind, hcl.Traversal{hcl.TraverseRoot{Name: vendor}, hcl.TraverseAttr{Name: name}})
}

func addressTraversal(p addr.Address) hcl.Traversal {
	t := hcl.Traversal{hcl.TraverseRoot{Name: "project"}, hcl.TraverseAttr{Name: p.Name}}
	if p.Key != "" {
		t = append(t, hcl.TraverseIndex{Key: cty.StringVal(p.Key)})
	}
	return t
}
