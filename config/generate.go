package config

import (
	"time"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"buckethead/config/addr"
	"buckethead/config/write"
	"buckethead/vendors"
)

// Existing is a bucket to take over as it is. Cloud, Secrets and ItemTitle are written if
// they are not empty, and so is what is known of the credential in Item, which is a title or
// an id. If Declared is set, a project exists already and only the import block is written.
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
	for _, e := range list {
		if !e.Declared {
			p := Project{Bucket: e.Bucket, Cloud: e.Cloud, Secrets: e.Secrets, ItemTitle: e.ItemTitle, Access: e.Access,
				AllowedIPs: e.AllowedIPs, ExpiresAfter: e.ExpiresAfter}
			body := write.Block(file.Body(), projectBlock, &p, e.To.Name)
			for _, g := range settingsGroups {
				g.write(e.Bucket.Settings, body) // a group without rules is as if it were not declared
			}
		}
		write.Block(file.Body(), importBlock, &Import{To: e.To, Bucket: e.Bucket.ID.Name, Item: e.Item,
			AccessKeyID: e.AccessKeyID, Owner: e.Owner})
	}
	out, _ := Format(file.Bytes(), "") // generated, and so never faulty
	return out
}

// Append adds blocks to the end of a file, after an empty line. The rest stays as it is.
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
