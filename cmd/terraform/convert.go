package terraform

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/vendors"
)

// Cloud is a cloudflare_r2 block. Account is empty if it is not known here.
type Cloud struct {
	Address string
	Account string
	User    bool // it issues tokens of a user
}

// Store is the secrets block of new projects. Of one of 1Password, Vault is a name or an id, and the
// labels are those of the two fields of a key.
type Store struct {
	Address     string
	OnePassword bool
	Vault       string
	KeyLabel    string
	SecretLabel string
}

// Options says what is declared already.
type Options struct {
	Clouds   []Cloud          // those that may be used; none if the files have none
	Store    *Store           // nil if the files have none
	Declared map[Place]string // the projects that have a bucket
	Taken    map[string]bool  // names of projects, in lower case; those that are made are added
	Now      time.Time
}

// Place is a bucket of a cloud block.
type Place struct {
	Cloud  string
	Bucket vendors.BucketID
}

// Project is what becomes of a bucket. Token is nil if the state has no key for it that bh can take
// over or replace, and Item if the key is not in an item that bh can take over.
type Project struct {
	Name         string
	Cloud        string
	Bucket       vendors.BucketSpec
	Token        *Token
	Item         *Item
	Access       vendors.Access
	AllowedIPs   []string
	ExpiresAfter time.Duration
	Addresses    []string // of all that it stands for
}

// Converted is what becomes of a state. Cloud and Store are blocks that have to be written.
type Converted struct {
	Projects []Project
	Cloud    *Cloud
	Store    *Store
	Left     []Left
}

// MainCloud and MainStore are the addresses of the blocks that are made.
const (
	MainCloud = "cloudflare_r2.main"
	MainStore = "onepassword.main"
)

// converter holds what is found while one state is converted.
type converter struct {
	o       Options
	out     Converted
	at      map[Place]*Project
	tokens  map[*Project][]*Token // that could be its key
	numbers map[string]int        // the last ones that were added to a name
}

// Convert decides what becomes of a state.
func Convert(s *State, o Options) Converted {
	c := &converter{o: o, at: map[Place]*Project{}, tokens: map[*Project][]*Token{}, numbers: map[string]int{}}
	c.out.Left = slices.Clone(s.Left)
	c.o.Clouds = slices.Clone(o.Clouds)
	for i := range c.o.Clouds {
		c.o.Clouds[i].Account = cmp.Or(c.o.Clouds[i].Account, account(s))
	}
	if len(o.Clouds) == 0 && len(s.Buckets) > 0 {
		c.o.Clouds = []Cloud{{Address: MainCloud, Account: account(s)}}
		c.out.Cloud = &c.o.Clouds[0]
	}
	projects := make([]Project, 0, len(s.Buckets)) // at points into it
	for _, b := range s.Buckets {
		if p, ok := c.project(b); ok {
			projects = append(projects, p)
			c.at[Place{p.Cloud, p.Bucket.ID}] = &projects[len(projects)-1]
		}
	}
	for _, x := range s.Settings {
		c.settings(x)
	}
	for i := range s.Tokens {
		c.token(&s.Tokens[i])
	}
	c.chooseKind()
	for i := range projects {
		c.choose(&projects[i])
	}
	c.items(projects)
	c.out.Projects = projects
	slices.SortStableFunc(c.out.Left, func(a, b Left) int { return strings.Compare(a.Address, b.Address) })
	return c.out
}

// account returns the account that most buckets are of; of several, the first in order.
func account(s *State) string {
	count := map[string]int{}
	for _, b := range s.Buckets {
		if b.Account != "" {
			count[b.Account]++
		}
	}
	return most(count)
}

// most returns the name that was counted most often, "" for none.
func most(count map[string]int) string {
	best := ""
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if best == "" || count[name] > count[best] {
			best = name
		}
	}
	return best
}

func (c *converter) leave(address, reason string) {
	c.out.Left = append(c.out.Left, Left{Address: address, Reason: reason})
}

// cloud returns the block of an account.
func (c *converter) cloud(account string) (Cloud, bool) {
	for _, x := range c.o.Clouds {
		if account == "" || x.Account == "" || x.Account == account {
			return x, true
		}
	}
	return Cloud{}, false
}

func (c *converter) project(b Bucket) (Project, bool) {
	cloud, ours := c.cloud(b.Account)
	place := Place{cloud.Address, b.Spec.ID}
	switch other := c.at[place]; {
	case !ours:
		c.leave(b.Address, "it is of the account "+b.Account+", and "+c.theClouds()+" of another: add a cloud block for it, and import again")
	case c.o.Declared[place] != "":
		c.leave(b.Address, c.o.Declared[place]+" declares its bucket "+b.Spec.ID.Name+" already")
	case other != nil:
		c.leave(b.Address, "its bucket "+b.Spec.ID.Name+" is carried over from "+other.Addresses[0])
	default:
		return Project{Name: c.nameOf(b.Address), Cloud: cloud.Address, Bucket: b.Spec, Addresses: []string{b.Address}}, true
	}
	return Project{}, false
}

func (c *converter) theClouds() string {
	var list []string
	for _, x := range c.o.Clouds {
		list = append(list, x.Address)
	}
	if len(list) == 1 {
		return list[0] + " is"
	}
	return words.List(list...) + " are"
}

// of returns the project of a bucket, or why there is none.
func (c *converter) of(account string, bucket vendors.BucketID) (p *Project, why string) {
	cloud, _ := c.cloud(account)
	place := Place{cloud.Address, bucket}
	if p = c.at[place]; p == nil {
		why = "its bucket " + bucket.Name + " is not carried over"
	}
	if declared := c.o.Declared[place]; declared != "" {
		why = declared + " declares its bucket " + bucket.Name + " already"
	}
	return p, why
}

func (c *converter) settings(x Settings) {
	p, why := c.of(x.Account, x.Bucket)
	switch {
	case p == nil:
		c.leave(x.Address, why)
	case x.Odd != "":
		c.leave(x.Address, x.Odd+", which bh cannot express; its rules stay as they are")
	case x.Kind == vendors.DomainSettings:
		p.Bucket.Settings.Domains = append(p.Bucket.Settings.Domains, x.Group.Domains...)
		p.Addresses = append(p.Addresses, x.Address)
	case p.Bucket.Settings.Has(x.Kind):
		c.leave(x.Address, "the bucket "+x.Bucket.Name+" has such rules from another resource")
	default:
		p.Bucket.Settings = p.Bucket.Settings.With(x.Kind, x.Group)
		p.Addresses = append(p.Addresses, x.Address)
	}
}

// stays is what becomes of a token that is not carried over.
const stays = ". It stays as it is"

// token finds the project whose key a token could be.
func (c *converter) token(t *Token) {
	if len(t.Grants) == 0 && !slices.ContainsFunc(t.Why, func(why string) bool { return strings.Contains(why, "every bucket") }) {
		c.leave(t.Address, "it opens no R2 bucket"+stays)
		return
	}
	why := slices.Clone(t.Why)
	if t.NotBefore.After(c.o.Now) {
		why = append(why, "it works only from "+words.Day(t.NotBefore)+" (not_before), which bh cannot express")
	}
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(c.o.Now) {
		why = append(why, "it expired on "+words.Day(t.ExpiresAt))
	}
	if len(t.Grants) > 1 {
		var names []string
		for _, g := range t.Grants {
			names = append(names, g.Bucket.Name)
		}
		why = append(why, "it opens "+words.Count(len(names), "bucket")+", "+shortList(names)+", and a key of bh opens one")
	}
	if len(why) > 0 {
		c.leave(t.Address, strings.Join(why, "; ")+stays)
		return
	}
	p, missing := c.of(t.Grants[0].Account, t.Grants[0].Bucket)
	if p == nil {
		c.leave(t.Address, missing+stays)
		return
	}
	c.tokens[p] = append(c.tokens[p], t)
}

// chooseKind decides which kind of token a cloud block that is made issues: a user's, if all keys are.
func (c *converter) chooseKind() {
	if c.out.Cloud == nil {
		return
	}
	users, accounts := 0, 0
	for _, list := range c.tokens {
		for _, t := range list {
			if t.User {
				users++
			} else {
				accounts++
			}
		}
	}
	c.out.Cloud.User = users > 0 && accounts == 0
}

// choose takes the token that becomes the key of a project: one in an item before one that is not,
// and one that may write before one that may only read.
func (c *converter) choose(p *Project) {
	cloud := c.o.Clouds[slices.IndexFunc(c.o.Clouds, func(x Cloud) bool { return x.Address == p.Cloud })]
	list := slices.DeleteFunc(slices.Clone(c.tokens[p]), func(t *Token) bool {
		if t.User == cloud.User {
			return false
		}
		kinds := map[bool]string{true: "a user", false: "the account"}
		c.leave(t.Address, "it is a token of "+kinds[t.User]+", and "+p.Cloud+" issues those of "+kinds[cloud.User]+
			". It stays as it is: delete it when nobody uses it")
		return true
	})
	rank := func(t *Token) int {
		n := 0
		if t.Item == nil || t.Item.Why != "" {
			n += 2
		}
		if t.Grants[0].Access != vendors.ReadWrite {
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b *Token) int { return cmp.Compare(rank(a), rank(b)) })
	for n, t := range list {
		if n > 0 {
			c.leave(t.Address, "its bucket "+p.Bucket.ID.Name+" has the key of "+list[0].Address+", and a project has one key"+stays)
			continue
		}
		p.Token, p.Access, p.AllowedIPs, p.ExpiresAfter = t, t.Grants[0].Access, t.AllowedIPs, t.life()
		p.Addresses = append(p.Addresses, t.Address)
	}
}

// items decides which items are taken over.
func (c *converter) items(projects []Project) {
	store := c.o.Store
	if store == nil {
		store = c.newStore(projects)
		c.out.Store = store
	}
	for i := range projects {
		p := &projects[i]
		if p.Token == nil || p.Token.Item == nil {
			continue
		}
		item := p.Token.Item
		if why := unfit(item, store); why != "" {
			c.leave(p.Token.Address, why+". bh issues a new key, and this one ends after the overlap")
			continue
		}
		p.Item = item
		p.Addresses = append(p.Addresses, item.Address)
	}
}

// newStore makes the store in which most items fit as they are, nil if there are no items.
func (c *converter) newStore(projects []Project) *Store {
	count, stores := map[string]int{}, map[string]Store{}
	for _, p := range projects {
		if p.Token == nil || p.Token.Item == nil || p.Token.Item.Why != "" {
			continue
		}
		i := p.Token.Item
		key := i.Vault + "\x00" + i.KeyLabel + "\x00" + i.SecretLabel
		count[key]++
		stores[key] = Store{Address: MainStore, OnePassword: true, Vault: i.Vault, KeyLabel: i.KeyLabel, SecretLabel: i.SecretLabel}
	}
	if len(count) == 0 {
		return nil
	}
	store := stores[most(count)]
	return &store
}

// unfit says why a store cannot take an item over.
func unfit(i *Item, s *Store) string {
	switch {
	case i.Why != "":
		return i.Why
	case !s.OnePassword:
		return "its key is in the item " + i.Address + " of 1Password, and " + s.Address + " is not a vault"
	case isItemID(s.Vault) && s.Vault != i.Vault:
		return "its key is in the item " + i.Address + " of another vault than that of " + s.Address
	case i.KeyLabel != s.KeyLabel && i.KeyLabel != vendors.FieldAccessKeyID,
		i.SecretLabel != s.SecretLabel && i.SecretLabel != vendors.FieldSecretAccessKey:
		return "its item " + i.Address + " has the key in the fields " + quoted(i.KeyLabel) + " and " + quoted(i.SecretLabel) +
			", and " + s.Address + " declares others"
	}
	return ""
}

func quoted(text string) string { return `"` + text + `"` }

// isItemID reports whether a text is an id of 1Password's, and not a name.
func isItemID(text string) bool {
	return len(text) == 26 && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}
