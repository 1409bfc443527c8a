package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"buckethead/vendors"
)

// filled is a field of an item while it is looked at. Nothing keeps it.
type filled struct{ label, value string }

// match finds the items that hold the keys of tokens: the id of one in a field, and the secret that
// belongs to it in another. The secrets are derived here, and forgotten when it returns.
func (s *State) match(tokens, items []object) {
	byID := make(map[string]*Token, len(s.Tokens))
	for i := range s.Tokens {
		byID[s.Tokens[i].ID] = &s.Tokens[i]
	}
	secrets := map[string]string{} // by token id, "" if the state does not have it
	for _, o := range tokens {
		var a struct{ ID, Value text }
		if json.Unmarshal(o.text, &a) == nil && a.Value != "" {
			sum := sha256.Sum256([]byte(a.Value))
			secrets[string(a.ID)] = hex.EncodeToString(sum[:])
		}
	}
	for _, o := range items {
		item, fields := readItem(o)
		if item.Title != "" {
			s.Titles = append(s.Titles, item.Title)
		}
		held := map[*Token]bool{}
		for _, f := range fields {
			if t := byID[f.value]; t != nil {
				held[t] = true
			}
		}
		for t := range held {
			found := item
			if len(held) > 1 {
				found.Why = "the item " + item.Address + " holds the keys of several tokens"
			} else {
				found.labels(fields, t.ID, secrets[t.ID])
			}
			if t.Item == nil || t.Item.Why != "" && found.Why == "" {
				t.Item = &found
			}
		}
	}
}

// content is the value of a field if it is a text, of any length, and otherwise "".
type content string

func (c *content) UnmarshalJSON(value []byte) error {
	_ = json.Unmarshal(value, (*string)(c))
	return nil
}

// readItem reads an item and its fields. One that cannot be read has none.
func readItem(o object) (Item, []filled) {
	type field struct {
		Label text
		Value content
	}
	var a struct {
		ID, UUID, Vault, Title text
		Username, Password     content
		Section                []struct{ Field []field }
		SectionMap             map[string]struct {
			FieldMap map[string]field `json:"field_map"`
		} `json:"section_map"`
	}
	if json.Unmarshal(o.text, &a) != nil {
		return Item{}, nil
	}
	item := Item{Address: o.address, ID: string(a.UUID), Vault: string(a.Vault), Title: string(a.Title)}
	if parts := strings.Split(string(a.ID), "/"); len(parts) == 4 && parts[0] == "vaults" && parts[2] == "items" {
		item.Vault, item.ID = parts[1], parts[3]
	}
	if item.ID == "" || item.Vault == "" {
		return Item{}, nil
	}
	fields := []filled{{"username", string(a.Username)}, {"password", string(a.Password)}}
	for _, section := range a.Section {
		for _, f := range section.Field {
			fields = append(fields, filled{string(f.Label), string(f.Value)})
		}
	}
	for _, title := range slices.Sorted(maps.Keys(a.SectionMap)) {
		section := a.SectionMap[title].FieldMap
		for _, label := range slices.Sorted(maps.Keys(section)) {
			fields = append(fields, filled{label, string(section[label].Value)})
		}
	}
	return item, fields
}

// labels finds the labels of the fields with an id and its secret. If the state does not have
// the secret, or not the password of the item, it is taken to be where a secret usually is: the
// proof of the next apply finds out.
func (i *Item) labels(fields []filled, id, secret string) {
	of := func(value string) string {
		at := slices.IndexFunc(fields, func(f filled) bool { return f.value == value })
		if at < 0 || value == "" {
			return ""
		}
		return fields[at].label
	}
	i.KeyLabel, i.SecretLabel = of(id), of(secret)
	known := secret != ""
	if i.SecretLabel == "" && (!known || i.KeyLabel == "username" && fields[1].value == "") {
		i.SecretLabel = usual(fields, i.KeyLabel)
	}
	twice := func(label string) bool {
		n := 0
		for at, f := range fields {
			if f.label == label && (at > 1 || f.value != "") {
				n++
			}
		}
		return n > 1
	}
	switch {
	case i.SecretLabel == "" && known:
		i.Why = "the item " + i.Address + " has the id of the token, and not its S3 secret, which is the SHA-256 of its value"
	case i.SecretLabel == "":
		i.Why = "the item " + i.Address + " has the id of the token, and nothing tells which field has its secret"
	case twice(i.KeyLabel), twice(i.SecretLabel):
		i.Why = "the item " + i.Address + " has two fields of one label"
	case elses(i.KeyLabel, vendors.FieldAccessKeyID), elses(i.SecretLabel, vendors.FieldSecretAccessKey), strings.EqualFold(i.KeyLabel, i.SecretLabel):
		i.Why = "the item " + i.Address + " has the key in a field whose label means something else to bh"
	}
}

// usual returns the label that the secret of a key usually has beside its id, "" for none.
func usual(fields []filled, key string) string {
	if key == "username" {
		return "password"
	}
	for _, f := range fields {
		switch strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(f.label)) {
		case "secret access key", "secret key", "secret":
			return f.label
		}
	}
	return ""
}

// elses reports whether a label is the name of another field than the one it is for.
func elses(label, of string) bool {
	return label != of && slices.ContainsFunc(vendors.FieldNames(), func(name string) bool { return strings.EqualFold(name, label) && name != of })
}
