package config

import (
	"strings"

	"buckethead/config/eval"
	"buckethead/config/language"
	"buckethead/vendors"
)

// projectBlock is in the order in which bh import writes it.
var projectBlock = (&language.Block{Name: "project", Labels: []string{"NAME"}, Secret: true,
	Doc:     "One bucket, a credential that opens it, and the item that holds the credential.",
	Example: "project \"photos\" {\n  bucket = \"acme-photos\"\n}",
	Attributes: []language.Attribute{
		{Name: "bucket", Form: language.Text, Required: true, Doc: "The name of the bucket. It cannot change.",
			Example: `bucket = "acme-photos"`, At: ofProject(func(p *Project) any { return &p.Bucket.ID.Name })},
		{Name: "cloud", Form: language.Connection, Needless: true,
			Doc:     "The cloud block. Required if the files have several.",
			Example: `cloud = cloudflare_r2.main`, At: ofProject(func(p *Project) any { return &p.Cloud })},
		{Name: "secrets", Form: language.Connection, Doc: "The secrets block. Required if the files have several.",
			Example: `secrets = onepassword.eng`, At: ofProject(func(p *Project) any { return &p.Secrets })},
		{Name: "item_title", Form: language.Text,
			Doc:     "The title of the item. The default is the project's name, with the key of its instance. If it changes, references by title break.",
			Example: `item_title = "Photos (production)"`, At: ofProject(func(p *Project) any { return &p.ItemTitle })},
		{Name: "location", Form: language.Text, ByCloud: true, Needless: true, Canonical: lower,
			Doc:     "Where the bucket should be, such as weur. It is a hint, and cannot change.",
			Example: `location = "weur"`, At: ofProject(func(p *Project) any { return &p.Bucket.Location })},
		{Name: "jurisdiction", Form: language.Text, ByCloud: true, Needless: true, Canonical: lower,
			Doc:     "Where the data must stay, such as eu. It cannot change.",
			Example: `jurisdiction = "eu"`, At: ofProject(func(p *Project) any { return &p.Bucket.ID.Namespace })},
		{Name: "storage_class", Form: language.Text, ByCloud: true, Needless: true, Canonical: lower,
			Doc:     "The storage class of new objects, such as infrequentaccess.",
			Example: `storage_class = "infrequentaccess"`, At: ofProject(func(p *Project) any { return &p.Bucket.StorageClass })},
		{Name: "access", Form: language.Text, Default: string(vendors.ReadWrite), Needless: true,
			Words:   []string{string(vendors.ReadWrite), string(vendors.ReadOnly)},
			Doc:     "What the credential may do with the bucket.",
			Example: `access = "read_only"`, At: ofProject(func(p *Project) any { return (*string)(&p.Access) })},
		{Name: "allowed_ips", Form: language.Texts, ByCloud: true, Needless: true, Canonical: network,
			Doc:     "The addresses and networks from which the credential works. By default, it works everywhere.",
			Example: `allowed_ips = ["2001:db8::/32", "203.0.113.0/24"]`,
			At:      ofProject(func(p *Project) any { return &p.AllowedIPs })},
		{Name: "expires_after", Form: language.Length, ByCloud: true, Needless: true,
			Doc:     "How long a credential lives. It must outlive a rotation and its overlap.",
			Example: `expires_after = "180d"`, At: ofProject(func(p *Project) any { return &p.ExpiresAfter })},
		{Name: "protect", Form: language.Flag, Default: "false",
			Doc:     "Blocks the destroy of the project, even after its block is gone.",
			Example: `protect = true`, At: ofProject(func(p *Project) any { return &p.Protect })},
		{Name: "on_destroy", Form: language.Text, Default: string(Refuse), Needless: true,
			Words:   []string{string(Refuse), string(Retain), string(Empty)},
			Doc:     "What a destroy does with a bucket that holds objects: refuse stops, retain keeps the bucket, empty deletes the objects.",
			Example: `on_destroy = "retain"`, At: ofProject(func(p *Project) any { return (*string)(&p.OnDestroy) })},
		{Name: "adopt", Form: language.Flag, Default: "false", Needless: true,
			Doc:     "Takes over a bucket of this name that exists and that no other state owns.",
			Example: `adopt = true`, At: ofProject(func(p *Project) any { return &p.Adopt })},
		{Name: "for_each", Form: language.Any,
			Doc:     "A map or a set of strings: one project for each element. Its expressions read each.key and each.value.",
			Example: `for_each = toset(["north", "south"])`},
	},
	Blocks: []*language.Block{
		{Name: "rotate", Needless: true, Doc: "How often new keys replace the old ones.",
			Example: "rotate {\n  every   = \"90d\"\n  overlap = \"3d\"\n}",
			Attributes: []language.Attribute{
				{Name: "every", Form: language.Length, Required: true, Doc: "The time between two rotations.",
					Example: `every = "90d"`, At: language.At(func(r *Rotation) any { return &r.Every })},
				{Name: "overlap", Form: language.Length, Default: language.FormatDuration(DefaultOverlap), MayBeZero: true,
					Doc:     "How long the old keys work after a rotation. It must be shorter than every.",
					Example: `overlap = "3d"`, At: language.At(func(r *Rotation) any { return &r.Overlap })},
			}},
		{Name: "register", Secret: true,
			Doc:     "Keys that you have, for a bucket that bh does not make. bh stores them in the item.",
			Example: "register {\n  access_key_id     = \"AKIAIOSFODNN7EXAMPLE\"\n  secret_access_key = env(\"PHOTOS_SECRET\")\n  endpoint_url      = \"https://s3.eu-central-1.amazonaws.com\"\n}",
			Attributes: []language.Attribute{
				{Name: "access_key_id", Form: language.Text, Required: true, Canonical: keyID, Doc: "The id of the key.",
					Example: `access_key_id = "AKIAIOSFODNN7EXAMPLE"`, At: language.At(func(r *Register) any { return &r.AccessKeyID })},
				{Name: "secret_access_key", Form: language.Secret, Required: true,
					Doc:     "The secret of the key. Never write it in the file: use env(), a sensitive variable, or a reference such as op://VAULT/ITEM/FIELD.",
					Example: `secret_access_key = env("PHOTOS_SECRET")`},
				{Name: "endpoint_url", Form: language.Text, Required: true, Canonical: endpoint, Doc: "The S3 endpoint, without the bucket.",
					Example: `endpoint_url = "https://s3.eu-central-1.amazonaws.com"`,
					At:      language.At(func(r *Register) any { return &r.EndpointURL })},
				{Name: "region", Form: language.Text, Default: "auto", Canonical: unspaced, Doc: "The region that clients sign for.",
					Example: `region = "eu-central-1"`, At: language.At(func(r *Register) any { return &r.Region })},
				{Name: "verify", Form: language.Flag, Default: "true",
					Doc:     "Whether an apply proves that the keys open the bucket, with one request to the endpoint.",
					Example: `verify = false`},
			}},
		corsBlock, lifecycleBlock, lockBlock, domainBlock, publicBlock, eval.DynamicBlock,
	}}).Index()

func ofProject(at func(*Project) any) func(any) any { return language.At(at) }

// lower is the canonical form of text whose case has no meaning.
func lower(_, text string) (canonical, fault, fix string) { return strings.ToLower(text), "", "" }
