package config

import (
	"iter"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/policy"
)

// CheckProjects checks every declared project against the policies that judge projects,
// and returns their objections. It contacts no one. A policy that mentions neither
// projects nor operations is evaluated once.
func (c *Config) CheckProjects() diag.List { return policy.Projects(c.Policies, c.judged()) }

// judged returns the declared projects as policies see them, one after the other.
func (c *Config) judged() iter.Seq[policy.Project] {
	return func(yield func(policy.Project) bool) {
		for _, p := range c.Projects {
			if !yield(p.judged()) {
				return
			}
		}
	}
}

// CheckOperations checks the operations of a plan against the policies that judge
// operations, and returns their objections. If the operation's project is declared, its
// attributes are those of the file. Otherwise they are what the operation says about it,
// and null for the rest.
func (c *Config) CheckOperations(operations []PlannedOperation) diag.List {
	var declared map[addr.Address]int
	return policy.Operations(c.Policies, operations, func(address addr.Address) (policy.Project, bool) {
		if declared == nil {
			declared = make(map[addr.Address]int, len(c.Projects))
			for i := range c.Projects {
				declared[c.Projects[i].Addr] = i
			}
		}
		i, is := declared[address]
		if !is {
			return policy.Project{}, false
		}
		return c.Projects[i].judged(), true
	})
}

// judged returns the project as a policy sees it. What is not declared is null.
func (p Project) judged() policy.Project {
	a := policy.AttributesOf(p.Addr)
	a.Flag("declared", true)
	a.Flag("registered", p.Register != nil)
	a.Text("bucket", p.Bucket.ID.Name)
	a.Text("cloud", p.Cloud)
	a.Text("secrets", p.Secrets)
	a.Text("item_title", p.ItemTitle)
	a.Text("location", p.Bucket.Location)
	a.Text("jurisdiction", p.Bucket.ID.Namespace)
	a.Text("storage_class", p.Bucket.StorageClass)
	a.Texts("allowed_ips", p.AllowedIPs)
	a.Flag("protect", p.Protect)
	if p.Rotate != nil {
		if p.Rotate.Every != 0 {
			a.Length("rotate_every", p.Rotate.Every)
		}
		a.Length("rotate_overlap", p.Rotate.Overlap)
	}
	if p.Register == nil { // of keys that someone brings, these say nothing
		a.Text("access", string(p.Access))
		a.Text("on_destroy", string(p.OnDestroy))
		a.Flag("adopt", p.Adopt)
		if p.ExpiresAfter != 0 {
			a.Length("expires_after", p.ExpiresAfter)
		}
	}
	settings := p.Bucket.Settings
	var domains, origins []string
	for _, d := range settings.Domains {
		domains = append(domains, d.Domain)
	}
	for _, r := range settings.CORS {
		origins = append(origins, r.AllowedOrigins...)
	}
	a.Texts("custom_domains", domains)
	a.Texts("cors_origins", origins)
	a.Flag("public_access", settings.PublicAccess != nil && settings.PublicAccess.Enabled)
	return policy.Project{Address: p.Addr, Range: p.Range, Values: a}
}
