package onepassword

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"buckethead/vendors"
	connectsim "buckethead/vendors/sim/connect"
	"buckethead/vendors/vendortest"
)

const connectToken = "the-token-of-the-connect-server"

// connectLab is a Connect server and a vault that bh may write.
type connectLab struct {
	*connectsim.Simulator
	vault  string
	now    func() time.Time
	traces []vendors.Exchange
	mu     sync.Mutex
}

func newConnectLab(t testing.TB, o connectsim.Options) *connectLab {
	t.Helper()
	l := &connectLab{now: ticking()}
	o.Now = l.now
	l.Simulator = connectsim.New(o)
	l.vault = l.AddVault("Engineering")
	l.AddToken(connectToken, connectsim.Token{Vaults: []string{l.vault}, Write: true})
	t.Cleanup(func() {
		if strange := l.Unknown(); len(strange) > 0 && !t.Failed() {
			t.Errorf("the server does not know: %q", strange)
		}
	})
	return l
}

// open returns a store on the server.
func (l *connectLab) open(t testing.TB) *Store {
	t.Helper()
	host := hostOf(l.now)
	host.Transport = l.Transport()
	host.Trace = func(e vendors.Exchange) { l.mu.Lock(); l.traces = append(l.traces, e); l.mu.Unlock() }
	s, err := open(host, vendors.Settings{"vault": {Text: "Engineering"}, "connect_host": {Text: "https://connect.example"},
		"connect_token": {Secret: vendors.NewSecret(connectToken)}, "on_delete": {Text: "delete"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance_connect(t *testing.T) {
	var opened sync.Map
	open := func(t *testing.T) (*Store, *connectLab) {
		l := newConnectLab(t, connectsim.Options{})
		s := l.open(t)
		opened.Store(s, l)
		return s, l
	}
	of := func(s vendors.SecretStore) *connectLab { l, _ := opened.Load(s); return l.(*connectLab) }
	arm := func(l *connectLab, f connectsim.Fault, all bool) func() {
		return func() {
			l.OnCall(func(c connectsim.Call) *connectsim.Fault {
				if !all && c.Method == http.MethodGet {
					return nil
				}
				return &f
			})
		}
	}
	vendortest.Secrets(t, func(t *testing.T) vendors.SecretStore { s, _ := open(t); return s }, vendortest.SecretOptions{
		Many: 120,
		AddField: func(t *testing.T, s vendors.SecretStore, id, name, value string) {
			of(s).EditItem(id, func(x *connectsim.Item) {
				x.Sections = append(x.Sections, connectsim.Section{ID: "mine", Label: "mine"})
				x.Fields = append(x.Fields, connectsim.Field{ID: name, Section: "mine", Type: "STRING", Label: name, Value: value})
			})
		},
		ShowSecret: func(t *testing.T, s vendors.SecretStore, id string) {
			of(s).EditItem(id, func(x *connectsim.Item) {
				for i := range x.Fields {
					if x.Fields[i].ID == vendors.FieldSecretAccessKey {
						x.Fields[i].Type = "STRING"
					}
				}
			})
		},
		Field: func(t *testing.T, s vendors.SecretStore, id, name string) string {
			for _, x := range of(s).Items(of(s).vault) {
				for _, f := range x.Fields {
					if x.ID == id && f.ID == name {
						return f.Value
					}
				}
			}
			return ""
		},
		Cut: func(t *testing.T) vendortest.Faulty[vendors.SecretStore] {
			s, l := open(t)
			return vendortest.Faulty[vendors.SecretStore]{Vendor: s,
				Requests: func() int { return l.Calls("item.create") + l.Calls("item.update") + l.Calls("item.delete") },
				Arm:      arm(l, connectsim.Fault{After: true, Kind: connectsim.Reset}, false), Disarm: func() { l.OnCall(nil) }}
		},
		Limit: func(t *testing.T) vendortest.Faulty[vendors.SecretStore] {
			s, l := open(t)
			return vendortest.Faulty[vendors.SecretStore]{Vendor: s, Arm: arm(l, connectsim.Fault{Status: 429}, true), Disarm: func() { l.OnCall(nil) }}
		},
	})
}

func TestConnect_traces(t *testing.T) {
	l := newConnectLab(t, connectsim.Options{})
	s := l.open(t)
	made, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: "AKIACANARY", SecretAccessKey: vendors.NewSecret("the-canary")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetItem(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if len(l.traces) != 3 || len(l.Log()) != 3 {
		t.Errorf("%d traces of %d calls", len(l.traces), len(l.Log()))
	}
	for _, e := range l.traces {
		for _, secret := range []string{"the-canary", "AKIACANARY", connectToken} {
			if strings.Contains(e.Request+e.Answer+e.URL, secret) {
				t.Errorf("%s is in %+v", secret, e)
			}
		}
	}
}

// A delete that works and says that it did not is one that worked.
func TestConnect_deleteAnswers500(t *testing.T) {
	l := newConnectLab(t, connectsim.Options{DeleteAnswers500: true})
	s := l.open(t)
	made, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteItem(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	// One that did not work is tried again, and then said to be a conflict.
	made, err = s.CreateItem(t.Context(), vendors.ItemSpec{Title: "y"})
	if err != nil {
		t.Fatal(err)
	}
	l.ResetCounts()
	l.OnCall(func(c connectsim.Call) *connectsim.Fault {
		if c.Op == "item.delete" {
			return &connectsim.Fault{Status: 500}
		}
		return nil
	})
	if err := s.DeleteItem(t.Context(), made.ID); !errors.Is(err, vendors.ErrConflict) || l.Calls("item.delete") != persistTries {
		t.Errorf("%v after %d tries", err, l.Calls("item.delete"))
	}
}

func TestConnect_references(t *testing.T) {
	l := newConnectLab(t, connectsim.Options{})
	other := l.AddVault("Büro")
	l.AddToken(connectToken, connectsim.Token{Vaults: []string{l.vault, other}, Write: true})
	field := func(id, section, label, value string) connectsim.Field {
		return connectsim.Field{ID: id, Section: section, Type: "CONCEALED", Label: label, Value: value}
	}
	id := l.AddItem(l.vault, connectsim.Item{Title: "Cloudflare", Category: "API_CREDENTIAL", Sections: []connectsim.Section{{ID: "s1", Label: "prod"}, {ID: "s2", Label: "dev"}},
		Fields: []connectsim.Field{field("credential", "", "credential", "the value"), field("a", "s1", "token", "of prod"), field("b", "s2", "token", "of dev"), field("c", "", "empty", "")}})
	for range 2 {
		l.AddItem(l.vault, connectsim.Item{Title: "Twice", Category: "API_CREDENTIAL", Fields: []connectsim.Field{field("f", "", "f", "x")}})
	}
	far := l.AddItem(other, connectsim.Item{Title: "Far", Category: "API_CREDENTIAL", Fields: []connectsim.Field{field("f", "", "f", "far away")}})
	s := l.open(t)
	l.ResetCounts()
	want := map[string]any{
		"op://Engineering/Cloudflare/credential":      "the value",
		"op://Engineering/cloudflare/Credential":      "the value", // names tell no case
		"op://" + l.vault + "/" + id + "/credential":  "the value",
		"op://Engineering/Cloudflare/prod/token":      "of prod",
		"op://Engineering/Cloudflare/s2/token":        "of dev",
		"op://Engineering/Cloudflare/token":           vendors.ErrConflict,
		"op://Engineering/Cloudflare/b":               "of dev",
		"op://Engineering/Cloudflare/nothing":         vendors.ErrNotFound,
		"op://Engineering/Cloudflare/empty":           vendors.ErrNotFound,
		"op://Engineering/Twice/f":                    vendors.ErrConflict,
		"op://Engineering/Nobody/f":                   vendors.ErrNotFound,
		"op://Nowhere/Cloudflare/credential":          vendors.ErrNotFound,
		"op://" + other + "/" + far + "/f":            "far away",
		"op://Büro/Far/f":                             vendors.ErrInvalid,
		"op://Engineering/Cloudflare":                 vendors.ErrInvalid,
		"op://Engineering//credential":                vendors.ErrInvalid,
		"op://Engineering/Cloudflare/x?attribute=otp": vendors.ErrInvalid,
	}
	var refs []string
	for ref := range want {
		refs = append(refs, ref)
	}
	values, faults := s.ResolveReferences(context.Background(), refs)
	for ref, w := range want {
		if text, good := w.(string); good && values[ref].Reveal() != text {
			t.Errorf("%s: got %v, %v", ref, values[ref], faults[ref])
		} else if kind, bad := w.(error); bad && !errors.Is(faults[ref], kind) {
			t.Errorf("%s: got %v, want %v", ref, faults[ref], kind)
		}
	}
	// Each list and each item is asked for once.
	if l.Calls("vault.list") != 1 || l.Calls("item.list") != 2 || l.Calls("item.get") != 2 {
		t.Errorf("calls: %+v", l.Log())
	}
}
