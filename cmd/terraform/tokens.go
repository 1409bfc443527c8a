package terraform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/vendors"
)

// The permission groups that open a bucket, by id and by name, and the resources that policies name.
// https://developers.cloudflare.com/r2/api/tokens/
var bucketGroups = map[string]vendors.Access{
	"2efd5506f9c8494dacb1fa10a3e7d5b6":     vendors.ReadWrite,
	"Workers R2 Storage Bucket Item Write": vendors.ReadWrite,
	"6a018a9f2fc74eb6b293b0c548f38b39":     vendors.ReadOnly,
	"Workers R2 Storage Bucket Item Read":  vendors.ReadOnly,
}

// accountGroups open every bucket of an account.
var accountGroups = []text{"bf7481a1826f439697cb59a20b22293e", "Workers R2 Storage Write",
	"b4992e1108244f5d8bfbd5744320c2e1", "Workers R2 Storage Read"}

const (
	bucketResource  = "com.cloudflare.edge.r2.bucket."
	accountResource = "com.cloudflare.api.account."
)

// permission is a permission group: its id, or an object with it.
type permission struct{ ID, Name text }

func (p *permission) UnmarshalJSON(value []byte) error {
	if json.Unmarshal(value, &p.ID) == nil {
		return nil
	}
	var a struct{ ID, Name text }
	err := json.Unmarshal(value, &a)
	*p = permission(a)
	return err
}

// access returns what the group lets do with a bucket, "" for nothing.
func (p permission) access() vendors.Access {
	if a := bucketGroups[string(p.ID)]; a != "" {
		return a
	}
	return bucketGroups[string(p.Name)]
}

// title names the group for people.
func (p permission) title() string {
	if p.Name != "" {
		return string(p.Name)
	}
	return string(p.ID)
}

// resources are the names of a policy's resources. They are a map; a text with such a map in it; and in either, a map of
// what is below a name.
type resources []string

func (r *resources) UnmarshalJSON(value []byte) error {
	var inner string
	if value = bytes.TrimSpace(value); len(value) > 0 && value[0] == '"' {
		if err := json.Unmarshal(value, &inner); err != nil {
			return err
		}
		if inner == "" {
			return nil
		}
		value = []byte(inner)
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(value, &names); err != nil {
		return errOdd
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		var below map[string]json.RawMessage
		if json.Unmarshal(names[name], &below) == nil && below != nil {
			for _, inner := range slices.Sorted(maps.Keys(below)) {
				*r = append(*r, bounded(name+" "+inner))
			}
			continue
		}
		*r = append(*r, bounded(name))
	}
	return nil
}

type policy struct {
	Effect    text
	Groups    []permission `json:"permission_groups"`
	Resources resources
}

// attributes are those of a token, but for its value.
type attributes struct {
	ID, Status text
	Account    text `json:"account_id"`
	Policy     []policy
	Policies   []policy
	Condition  block[struct {
		RequestIP block[struct {
			In    []text
			NotIn []text `json:"not_in"`
		}] `json:"request_ip"`
	}]
	IssuedOn  moment `json:"issued_on"`
	ExpiresOn moment `json:"expires_on"`
	NotBefore moment `json:"not_before"`
}

func (s *State) token(o object) {
	var a attributes
	if json.Unmarshal(o.text, &a) != nil || !isID(string(a.ID)) {
		s.leave(o.address, oddAttributes)
		return
	}
	ips := a.Condition.get().RequestIP.get()
	t := Token{Address: o.address, ID: string(a.ID), User: o.kind == tokenOfUser, IssuedAt: a.IssuedOn.Time, ExpiresAt: a.ExpiresOn.Time,
		NotBefore: a.NotBefore.Time, AllowedIPs: networks(ips.In)}
	if a.Status != "" && a.Status != "active" {
		t.why("its status is " + string(a.Status))
	}
	if len(ips.NotIn) > 0 {
		t.why("it does not work from some addresses (not_in), which bh cannot express")
	}
	if !t.ExpiresAt.IsZero() && t.IssuedAt.IsZero() {
		t.why("it ends on " + words.Day(t.ExpiresAt) + ", and the state does not say when it began")
	}
	for _, network := range t.AllowedIPs {
		if _, err := netip.ParsePrefix(network); err != nil {
			t.why("it is limited to addresses that cannot be read")
		}
	}
	var others []string
	for _, p := range slices.Concat(a.Policy, a.Policies) {
		others = append(others, t.policy(p)...)
	}
	if len(others) > 0 {
		t.why("it has other permissions as well: " + shortList(others))
	}
	t.Grants = merged(t.Grants)
	s.Tokens = append(s.Tokens, t)
}

// networks returns addresses and networks as bh declares them, those that are neither as they are.
func networks(list []text) []string {
	out := texts(list)
	for i, t := range out {
		if a, err := netip.ParseAddr(t); err == nil {
			out[i] = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String()
		} else if p, err := netip.ParsePrefix(t); err == nil {
			out[i] = p.Masked().String()
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isID reports whether a text is the id of a token, which is an access key id.
func isID(id string) bool { return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == "" }

func (t *Token) why(reason string) {
	if !slices.Contains(t.Why, reason) {
		t.Why = append(t.Why, reason)
	}
}

// policy adds what one policy lets a token do, and returns the permissions that have nothing to do with
// buckets.
func (t *Token) policy(p policy) (others []string) {
	if p.Effect != "" && p.Effect != "allow" {
		t.why("one of its policies denies something, which bh cannot express")
		return nil
	}
	access := vendors.Access("")
	for _, g := range p.Groups {
		switch a := g.access(); {
		case slices.Contains(accountGroups, g.ID), slices.Contains(accountGroups, g.Name):
			t.why("it opens every bucket of the account")
		case a == "":
			others = append(others, g.title())
		case access != vendors.ReadWrite:
			access = a
		}
	}
	for _, name := range p.Resources {
		rest, ofBucket := strings.CutPrefix(name, bucketResource)
		parts := strings.SplitN(rest, "_", 3)
		switch {
		case ofBucket && len(parts) == 3 && access != "":
			t.Grants = append(t.Grants, Grant{Account: parts[0], Bucket: bucketID(parts[1], parts[2]), Access: access})
		case access != "" && ofAccount(name):
			t.why("it opens every bucket of the account")
		case access != "":
			t.why("it names a resource that is not a bucket")
		}
	}
	return others
}

// ofAccount reports whether a resource is an account, or all buckets of one.
func ofAccount(name string) bool {
	rest, is := strings.CutPrefix(name, accountResource)
	id, inner, _ := strings.Cut(rest, " ")
	return is && isID(id) && (inner == "" || strings.HasPrefix(inner, bucketResource))
}

// merged returns one grant for each bucket, the widest, in order.
func merged(list []Grant) []Grant {
	slices.SortFunc(list, func(a, b Grant) int {
		return cmp.Or(strings.Compare(a.Bucket.Name, b.Bucket.Name), strings.Compare(a.Bucket.Namespace, b.Bucket.Namespace),
			strings.Compare(a.Account, b.Account), -strings.Compare(string(a.Access), string(b.Access))) // read_write first
	})
	return slices.CompactFunc(list, func(a, b Grant) bool { return a.Account == b.Account && a.Bucket == b.Bucket })
}

// shortList names a few.
func shortList(names []string) string {
	const most = 3
	slices.Sort(names)
	names = slices.Compact(names)
	if more := len(names) - most; more > 1 {
		names = append(slices.Clone(names[:most]), words.Number(more)+" more")
	}
	return words.List(names...)
}

// life is how long a key lives that bh issues instead, zero for ever.
func (t *Token) life() time.Duration {
	if t.ExpiresAt.IsZero() || t.IssuedAt.IsZero() {
		return 0
	}
	return t.ExpiresAt.Truncate(time.Second).Sub(t.IssuedAt.Truncate(time.Second))
}
