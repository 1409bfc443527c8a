package config

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

const whole = `
bh {
  required_version = ">= 0.1.0"
  stack            = "acme-prod"
  state "local" { path = "here/state.db" }
}

variable "env" {
  type    = string
  default = "dev"
}

locals { prefix = "acme-${var.env}" }

cloud "cloudflare_r2" "main" {
  account_id = env("CLOUDFLARE_ACCOUNT_ID")
}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket        = "${local.prefix}-photos"
  item_title    = "photos (${var.env})"
  access        = "read_only"
  location      = "WEUR"
  jurisdiction  = "eu"
  storage_class = "standard"
  allowed_ips   = ["203.0.113.7", "10.0.0.0/8", "203.0.113.7/32"]
  expires_after = "365d"
  on_destroy    = "retain"
  adopt         = true
  rotate {
    every = "90d"
  }
}

project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "${local.prefix}-${each.key}"
  protect  = each.key == "north"
}

project "vendor_drop" {
  bucket = "vendor-drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = env("VENDOR_DROP_SECRET")
    endpoint_url      = "https://s3.eu-central-1.amazonaws.com"
    region            = "eu-central-1"
    verify            = false
  }
}

moved {
  from = project.pictures
  to   = project.photos
}

removed {
  from    = project.old["x"]
  destroy = true
}

import {
  to   = project.tenant["south"]
  item = "south"
}
`

func TestLoad_readsTheWholeLanguage(t *testing.T) {
	c := load(t, from(whole, "CLOUDFLARE_ACCOUNT_ID", "0123", "CLOUDFLARE_API_TOKEN", "canary-token", "VENDOR_DROP_SECRET", "canary-drop"))
	if c.Stack != "acme-prod" || c.State.Kind != "local" || c.State.Path != "here/state.db" || c.State.Range.Start.Line != 5 {
		t.Errorf("stack and state: %q %+v", c.Stack, c.State)
	}
	cloud, ok := Find(c.Clouds, "cloudflare_r2.main")
	if !ok || cloud.Settings.Text("account_id") != "0123" || cloud.Settings["account_id"].Source != "buckets.hcl" {
		t.Errorf("cloud: %+v", cloud)
	}
	if token := cloud.Settings["api_token"]; token.Secret.Reveal() != "canary-token" || token.Source != "CLOUDFLARE_API_TOKEN" {
		t.Errorf("token: %+v", token)
	}
	if kind := cloud.Settings["token_kind"]; kind.Text != "account" || kind.Source != "default" {
		t.Errorf("token_kind: %+v", kind)
	}
	var names []string
	for _, p := range c.Projects {
		names = append(names, p.Addr.Label())
	}
	if want := []string{"photos", `tenant["north"]`, `tenant["south"]`, "vendor_drop"}; !slices.Equal(names, want) {
		t.Fatalf("projects: %q", names)
	}
	photos := c.Projects[0]
	want := vendors.BucketSpec{ID: vendors.BucketID{Name: "acme-dev-photos", Namespace: "eu"}, Location: "weur", StorageClass: "standard"}
	if !reflect.DeepEqual(photos.Bucket, want) || photos.Access != vendors.ReadOnly || photos.ItemTitle != "photos (dev)" ||
		photos.Cloud != "cloudflare_r2.main" || photos.Secrets != "onepassword.eng" || photos.OnDestroy != Retain || !photos.Adopt || photos.Protect ||
		!slices.Equal(photos.AllowedIPs, []string{"10.0.0.0/8", "203.0.113.7/32"}) || photos.ExpiresAfter != 365*24*time.Hour ||
		*photos.Rotate != (Rotation{90 * 24 * time.Hour, 24 * time.Hour}) || photos.Range.Start.Line != 23 {
		t.Errorf("photos: %+v", photos)
	}
	north, south := c.Projects[1], c.Projects[2]
	if !north.Protect || south.Protect || south.Bucket.ID.Name != "acme-dev-south" || south.ItemTitle != `tenant["south"]` || south.Access != vendors.ReadWrite || south.OnDestroy != Refuse {
		t.Errorf("tenants: %+v %+v", north, south)
	}
	drop := c.Projects[3]
	if drop.Cloud != "" || drop.Secrets != "onepassword.eng" || drop.Register.SecretAccessKey.Reveal() != "canary-drop" || drop.Register.Region != "eu-central-1" || !drop.Register.Unverified {
		t.Errorf("vendor_drop: %+v", drop)
	}
	if m := c.Moved[0]; m.From != (addr.Address{Kind: addr.Project, Name: "pictures"}) || m.To != photos.Addr {
		t.Errorf("moved: %+v", m)
	}
	if r := c.Removed[0]; r.From != (addr.Address{Kind: addr.Project, Name: "old", Key: "x"}) || !r.Destroy {
		t.Errorf("removed: %+v", r)
	}
	if i := c.Imports[0]; i.To != south.Addr || i.Item != "south" || i.Bucket != "acme-dev-south" {
		t.Errorf("import: %+v", i)
	}
}
