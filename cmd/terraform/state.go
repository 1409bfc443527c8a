package terraform

import (
	"encoding/json"
	"strings"
	"time"

	"buckethead/vendors"
)

// The types of resources that are read.
const (
	bucketType     = "cloudflare_r2_bucket"
	tokenOfUser    = "cloudflare_api_token"
	tokenOfAccount = "cloudflare_account_token"
	itemType       = "onepassword_item"
)

// State is what a file has of buckets, tokens and items, in its order.
type State struct {
	Buckets  []Bucket
	Settings []Settings
	Tokens   []Token
	Left     []Left
	Titles   []string // of all items
	Tofu     bool     // OpenTofu wrote it
}

// Left is something that is not carried over, by its Terraform address, and why.
type Left struct {
	Address string `json:"address"`
	Reason  string `json:"reason"`
}

// Bucket is a cloudflare_r2_bucket. Account is empty if the state does not say.
type Bucket struct {
	Address string
	Account string
	Spec    vendors.BucketSpec // without settings
}

// Settings is one group of a bucket's settings. Odd says what of it bh has no word for.
type Settings struct {
	Address string
	Account string
	Bucket  vendors.BucketID
	Group   vendors.BucketSettings
	Kind    vendors.SettingsKind
	Odd     string
}

// Token is an API token. Why lists what a key of bh could not do, or not be, as it is.
type Token struct {
	Address    string
	ID         string
	User       bool // a user's, not an account's
	IssuedAt   time.Time
	ExpiresAt  time.Time
	NotBefore  time.Time
	AllowedIPs []string
	Grants     []Grant // one for each bucket
	Why        []string
	Item       *Item // that holds its keys; nil for none
}

// Grant is what a token may do with one bucket.
type Grant struct {
	Account string
	Bucket  vendors.BucketID
	Access  vendors.Access
}

// Item is a onepassword_item that holds the keys of a token: its id and its vault's, and the labels
// of the two fields. Why says why it cannot be taken over.
type Item struct {
	Address     string
	ID          string
	Vault       string
	Title       string
	KeyLabel    string
	SecretLabel string
	Why         string
}

// interpret reads the attributes of what matters.
func interpret(f *file) *State {
	s := &State{Tofu: f.tofu}
	var tokens, items []object
	for _, o := range f.objects {
		switch why := o.unusable(); {
		case why != "" && o.kind == itemType: // then it holds nothing
		case why != "":
			s.leave(o.address, why)
		case o.kind == itemType:
			items = append(items, o)
		case o.kind == tokenOfUser, o.kind == tokenOfAccount:
			tokens = append(tokens, o)
		case o.kind == bucketType:
			s.bucket(o)
		default:
			s.settings(o)
		}
	}
	for _, o := range tokens {
		s.token(o)
	}
	s.match(tokens, items)
	return s
}

func (s *State) leave(address, reason string) {
	s.Left = append(s.Left, Left{Address: address, Reason: reason})
}

// unusable says why an object is not looked at.
func (o object) unusable() string {
	owner := "cloudflare"
	if o.kind == itemType {
		owner = "onepassword"
	}
	switch {
	case o.data:
		return "a data source: Terraform reads it and does not own it"
	case o.deposed:
		return "deposed: Terraform was about to delete it"
	case o.tainted:
		return "tainted: Terraform was about to replace it"
	case o.flat:
		return "its attributes are those of Terraform 0.11; run terraform state pull with a newer Terraform"
	case !strings.Contains(o.provider, owner):
		return "it is not of " + owner + "'s provider"
	case none(o.text):
		return "it has no attributes"
	}
	return ""
}

const oddAttributes = "its attributes are not as Cloudflare's provider writes them"

func (s *State) bucket(o object) {
	var a struct {
		Account      text `json:"account_id"`
		Name         text
		ID           text
		Location     text
		Jurisdiction text
		StorageClass text `json:"storage_class"`
	}
	if json.Unmarshal(o.text, &a) != nil || a.Name == "" && a.ID == "" {
		s.leave(o.address, oddAttributes)
		return
	}
	if a.Name == "" {
		a.Name = a.ID
	}
	s.Buckets = append(s.Buckets, Bucket{Address: o.address, Account: string(a.Account), Spec: vendors.BucketSpec{
		ID: bucketID(string(a.Jurisdiction), string(a.Name)), Location: strings.ToLower(string(a.Location)),
		StorageClass: strings.ToLower(string(a.StorageClass))}})
}

func bucketID(jurisdiction, name string) vendors.BucketID {
	jurisdiction = strings.ToLower(jurisdiction)
	if jurisdiction == "default" {
		jurisdiction = ""
	}
	return vendors.BucketID{Name: name, Namespace: jurisdiction}
}
