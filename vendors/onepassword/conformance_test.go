package onepassword

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
	"buckethead/vendors/vendortest"
)

// ticking returns a clock that never shows the same time twice.
func ticking() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func TestConformance_sdk(t *testing.T) {
	var accounts sync.Map
	open := func(t *testing.T) (*Store, *account) {
		a := newAccount(ticking())
		s := storeOn(t, a, true)
		accounts.Store(s, a)
		return s, a
	}
	of := func(s vendors.SecretStore) *account { a, _ := accounts.Load(s); return a.(*account) }
	writes := func(call string) bool {
		return slices.Contains([]string{"Create", "CreateAll", "Put", "Archive", "Delete"}, call)
	}
	vendortest.Secrets(t, func(t *testing.T) vendors.SecretStore { s, _ := open(t); return s }, vendortest.SecretOptions{
		Many: 120,
		AddField: func(t *testing.T, s vendors.SecretStore, id, name, value string) {
			a := of(s)
			a.mu.Lock()
			defer a.mu.Unlock()
			x, own := a.items[id], "mine"
			x.Sections = append(x.Sections, sdk.ItemSection{ID: own, Title: "mine"})
			x.Fields = append(x.Fields, sdk.ItemField{ID: name, Title: name, SectionID: &own, FieldType: sdk.ItemFieldTypeText, Value: value})
			x.Version++
			x.UpdatedAt = a.now()
			a.touched()
		},
		ShowSecret: func(t *testing.T, s vendors.SecretStore, id string) {
			of(s).edit(id, vendors.FieldSecretAccessKey, func(f *sdk.ItemField) { f.FieldType = sdk.ItemFieldTypeText })
		},
		Field: func(t *testing.T, s vendors.SecretStore, id, name string) string {
			a := of(s)
			a.mu.Lock()
			defer a.mu.Unlock()
			for _, f := range a.items[id].Fields {
				if f.ID == name {
					return f.Value
				}
			}
			return ""
		},
		Cut: func(t *testing.T) vendortest.Faulty[vendors.SecretStore] {
			s, a := open(t)
			return vendortest.Faulty[vendors.SecretStore]{Vendor: s,
				Requests: func() int { return a.count("Create") + a.count("CreateAll") + a.count("Put") + a.count("Archive") },
				Arm: func() {
					a.after = func(call string) error {
						if writes(call) {
							return errors.New(`Post "https://my.1password.com/api": EOF (recovered by wazero)` + strings.Repeat("\nwasm stack", 10))
						}
						return nil
					}
				}, Disarm: func() { a.after = nil }}
		},
		Limit: func(t *testing.T) vendortest.Faulty[vendors.SecretStore] {
			s, a := open(t)
			return vendortest.Faulty[vendors.SecretStore]{Vendor: s,
				Arm:    func() { a.before = func(string) error { return &sdk.RateLimitExceededError{} } },
				Disarm: func() { a.before = nil }}
		},
	})
}
