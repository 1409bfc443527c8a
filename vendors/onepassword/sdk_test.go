package onepassword

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

// The texts are the SDK's and its core's own; what is not known leaves a write open.
func TestSDKErrors(t *testing.T) {
	wasm := " (recovered by wazero)\nwasm stack trace:\n\tcore.wasm.x()"
	for text, want := range map[string]struct {
		kind error
		open bool
	}{
		"error initializing client: authentication error: you are not authenticated":                                    {vendors.ErrDenied, false},
		"error initializing client: authentication error: you don't have the right permissions to access this resource": {vendors.ErrDenied, false},
		"error initializing client: authentication error: rate limit exceeded":                                          {vendors.ErrRateLimited, false},
		"error initializing client: authentication error: internal server error":                                        {vendors.ErrUnavailable, true},
		"error initializing client: authentication error: unexpected status code in response: 503 Service Unavailable":  {vendors.ErrUnavailable, true},
		"item couldn't be found":  {vendors.ErrNotFound, false},
		"vault couldn't be found": {vendors.ErrNotFound, false},
		"data conflict occurred on the server: performing a vault operation":                  {vendors.ErrConflict, false},
		"item update failed: the version is not the latest":                                   {vendors.ErrConflict, false},
		"item is not in an active state":                                                      {vendors.ErrNotFound, false},
		"you do not have the right permissions to perform this action: ":                      {vendors.ErrDenied, false},
		"data did not match any variant of untagged enum Invocation":                          {vendors.ErrDenied, false},
		"custom field with id x must be part of a section":                                    {vendors.ErrInvalid, false},
		`Post "https://my.1password.com/api/v3/auth/start?": dial tcp: i/o timeout` + wasm:    {vendors.ErrUnavailable, true},
		"something that nobody has seen yet":                                                  {vendors.ErrUnavailable, true},
		"HTTP request to 'https://evil.example' is not allowed" + wasm:                        {vendors.ErrDenied, false},
		"invalid user input: encountered the following errors: integration name was too long": {vendors.ErrInvalid, false},
	} {
		err := (act{op: "update item", writes: true}).sdkError(context.Background(), errors.New(text))
		var e *vendors.Error
		if !errors.As(err, &e) || e.Kind != want.kind || e.OutcomeUnknown != want.open || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "wazero") {
			t.Errorf("%q becomes %+v", text, e)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	err := (act{op: "create item", writes: true}).sdkError(ended, errors.New(`Post "x": context canceled`+wasm))
	if !errors.Is(err, context.Canceled) || vendors.Refused(err) {
		t.Errorf("a call that was cut off: %v", err)
	}
}

// A login that was refused is never tried again: each try counts against the limit
// of the whole account.
func TestSDK_logsInOnce(t *testing.T) {
	a := newAccount(ticking())
	tries := 0
	w := &sdkWay{host: hostOf(a.now), start: func(context.Context) (*sdk.Client, error) {
		tries++
		return nil, errors.New("error initializing client: authentication error: you are not authenticated")
	}}
	s := newStore(w.host, w, "Engineering", layout{}, true)
	for range 3 {
		if _, err := s.ListItems(t.Context()); !errors.Is(err, vendors.ErrDenied) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x"}); !errors.Is(err, vendors.ErrDenied) || !vendors.Refused(err) {
		t.Errorf("got %v", err)
	}
	if tries != 1 {
		t.Errorf("%d logins", tries)
	}
	good := 0
	w = &sdkWay{host: hostOf(a.now), start: func(context.Context) (*sdk.Client, error) { good++; return a.client(), nil }}
	s = newStore(w.host, w, "Engineering", layout{}, true)
	for range 3 {
		if _, err := s.ListItems(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// Each list looks at the vault; the items are listed once, for nothing has changed.
	if good != 1 || a.count("Vaults.List") != 1 || a.count("Vaults.GetOverview") != 2 || a.count("List") != 1 {
		t.Errorf("%d logins, calls %v", good, a.calls)
	}
}

// Many projects at once cost few calls: who waits is made together.
func TestSDK_createsInBatches(t *testing.T) {
	for _, shuffled := range []bool{false, true} {
		a := newAccount(ticking())
		a.shuffle = shuffled
		s := storeOn(t, a, true)
		if _, err := s.ListItems(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.gate <- struct{}{} // someone is at it, so that all wait
		var wg sync.WaitGroup
		for i := range 120 {
			wg.Go(func() {
				title := fmt.Sprint("item ", i/2) // two of each title
				spec := vendors.ItemSpec{Title: title, Keys: vendors.BucketCredentials{AccessKeyID: fmt.Sprint("K", i), SecretAccessKey: vendors.NewSecret(fmt.Sprint("S", i))},
					Mark: vendors.Mark{Stack: "acme", Operation: fmt.Sprint("op", i)}}
				made, err := s.CreateItem(t.Context(), spec)
				if err != nil || made.Title != title || made.Keys.AccessKeyID != spec.Keys.AccessKeyID {
					t.Errorf("asked for %v, got %+v, %v", spec, made, err)
				}
			})
		}
		for { // until they have all queued up
			s.queue.mu.Lock()
			n := len(s.queue.waiting)
			s.queue.mu.Unlock()
			if n == 120 {
				break
			}
		}
		<-s.gate
		wg.Wait()
		if calls := a.count("CreateAll") + a.count("Create"); calls != 3 || len(a.items) != 120 {
			t.Errorf("%d calls made %d items", calls, len(a.items))
		}
	}
}

// One bad item of a batch fails alone; why is certain.
func TestSDK_batchFailsInParts(t *testing.T) {
	a := newAccount(ticking())
	w := &sdkWay{host: hostOf(a.now), client: a.client()}
	bad := layout{}.write(vendors.ItemSpec{Title: "bad", Mark: vendors.Mark{Stack: "s", Operation: "1"}})
	bad.fields[0].value, bad.fields[0].id = vendors.NewSecret("x"), "a/b"
	good := layout{}.write(vendors.ItemSpec{Title: "good", Mark: vendors.Mark{Stack: "s", Operation: "2"}})
	results := w.create(t.Context(), vaultID, []edit{bad, good})
	if results[1].err != nil || results[1].item.title != "good" || !errors.Is(results[0].err, vendors.ErrInvalid) || !vendors.Refused(results[0].err) {
		t.Errorf("got %+v", results)
	}
}

// Writes that lose against another writer of the vault are sent again, an item that
// was changed is not.
func TestSDK_conflicts(t *testing.T) {
	a := newAccount(ticking())
	s := storeOn(t, a, true)
	busy := 3
	a.before = func(call string) error {
		if (call == "Create" || call == "Put" || call == "Archive") && busy > 0 {
			busy--
			return errors.New("data conflict occurred on the server: performing a vault operation")
		}
		return nil
	}
	made, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x"})
	if err != nil || a.count("Create") != 4 || len(a.items) != 1 {
		t.Fatalf("%v after %v", err, a.calls)
	}
	busy = 2
	if err := s.DeleteItem(t.Context(), made.ID); err != nil || a.count("Archive") != 3 {
		t.Errorf("%v after %v", err, a.calls)
	}
	busy = 100
	if _, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "y"}); !errors.Is(err, vendors.ErrConflict) || !vendors.Refused(err) {
		t.Errorf("a vault that stays busy: %v", err)
	}
}

func TestStore_vaults(t *testing.T) {
	two := []vault{{id: "b", title: "Eng"}, {id: "a", title: "Eng"}, {id: "c", title: "Ops"}}
	for name, want := range map[string]string{"Ops": "c", "a": "a", "c": "c"} {
		if v, err := pick(two, name); err != nil || v.id != want {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	if _, err := pick(two, "Eng"); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("two of one name: %v", err)
	}
	if _, err := pick(two, "eng"); !errors.Is(err, vendors.ErrNotFound) {
		t.Errorf("none: %v", err)
	}
}

// Labels are a person's choice; ids keep the fields apart, and an item that someone
// else made is known by its labels.
func TestLayout(t *testing.T) {
	l := layout{labels: map[string]string{vendors.FieldAccessKeyID: "Access Key ID", vendors.FieldSecretAccessKey: "Secret Access Key"}}
	foreign := item{fields: []field{{id: "x1", label: "Access Key ID", value: vendors.NewSecret("AKIA")}, {id: "x2", label: "Secret Access Key", value: vendors.NewSecret("s")},
		{id: "x3", label: "bucket", value: vendors.NewSecret("b")}}}
	if got := l.read(foreign); got.Keys.AccessKeyID != "AKIA" || got.Keys.SecretAccessKey.Reveal() != "s" || got.Keys.Bucket != "b" {
		t.Errorf("got %+v", got)
	}
	a := newAccount(ticking())
	w := &sdkWay{host: hostOf(a.now), client: a.client()}
	s := newStore(w.host, w, "Engineering", l, true)
	made, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: "K", SecretAccessKey: vendors.NewSecret("S"), Jurisdiction: "eu"}})
	if err != nil {
		t.Fatal(err)
	}
	x := a.items[made.ID]
	if x.Category != sdk.ItemCategoryAPICredentials || len(x.Sections) != 1 {
		t.Errorf("got %+v", x.Sections)
	}
	for _, f := range x.Fields {
		if concealed := f.FieldType == sdk.ItemFieldTypeConcealed; concealed != (f.ID == vendors.FieldSecretAccessKey) || f.ID == vendors.FieldAccessKeyID && f.Title != "Access Key ID" {
			t.Errorf("field %s: %s %s", f.ID, f.Title, f.FieldType)
		}
	}
	// A value that goes away takes its field along.
	written, err := s.UpdateItem(t.Context(), made.ID, made.Version, vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: "K2"}})
	if err != nil || written.Keys.Jurisdiction != "" || written.Keys.SecretAccessKey.Reveal() != "S" || len(a.items[made.ID].Fields) != 2 {
		t.Errorf("got %+v, %v", written, err)
	}
}

func TestSettings(t *testing.T) {
	dummy := "ops_eyJzaWduSW5BZGRyZXNzIjoieCIsImVtYWlsIjoieCIsInNlY3JldEtleSI6IngiLCJzcnBYIjoieCIsIm11ayI6IngiLCJ1c2VyQXV0aCI6IngiLCJkZXZpY2VVdWlkIjoieCJ9"
	for name, c := range map[string]struct {
		settings vendors.Settings
		want     string // in the summary of the only problem; "" for none
	}{
		"nothing but the vault":    {vendors.Settings{}, ""},
		"a service account":        {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret(dummy)}}, ""},
		"a token that is cut":      {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret(dummy[:60])}}, "cut off"},
		"a token of something":     {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret("ghp_x")}}, "begin with ops_"},
		"a token of Connect":       {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret("ey.ey.x")}}, "Connect server"},
		"an empty object":          {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret("ops_e30")}}, "lacks its"},
		"a Connect server":         {vendors.Settings{"connect_host": {Text: "https://c.example"}, "connect_token": {Secret: vendors.NewSecret("t")}, "on_delete": {Text: "delete"}}, ""},
		"Connect cannot archive":   {vendors.Settings{"connect_host": {Text: "https://c.example"}, "connect_token": {Secret: vendors.NewSecret("t")}, "on_delete": {Text: "archive"}}, "cannot archive"},
		"Connect without a token":  {vendors.Settings{"connect_host": {Text: "https://c.example"}}, "belong together"},
		"Connect without TLS":      {vendors.Settings{"connect_host": {Text: "http://c.example"}, "connect_token": {Secret: vendors.NewSecret("t")}, "on_delete": {Text: "delete"}}, "not a valid Connect URL"},
		"Connect on this machine":  {vendors.Settings{"connect_host": {Text: "http://localhost:8080"}, "connect_token": {Secret: vendors.NewSecret("t")}, "on_delete": {Text: "delete"}}, ""},
		"another end":              {vendors.Settings{"on_delete": {Text: "burn"}}, "not an action for an item"},
		"a label of no field":      {vendors.Settings{"fields": {Map: map[string]string{"key": "x"}}}, "no field key"},
		"an empty label":           {vendors.Settings{"fields": {Map: map[string]string{vendors.FieldBucket: " "}}}, "is empty"},
		"Connect wins over a fool": {vendors.Settings{"service_account_token": {Secret: vendors.NewSecret("junk")}, "connect_host": {Text: "https://c.example"}, "connect_token": {Secret: vendors.NewSecret("t")}, "on_delete": {Text: "delete"}}, ""},
	} {
		c.settings["vault"] = vendors.Value{Text: "Engineering"}
		problems := checkSettings(c.settings)
		if (c.want == "") != (len(problems) == 0) || c.want != "" && !strings.Contains(problems[0].Summary, c.want) || len(problems) > 1 {
			t.Errorf("%s: got %+v", name, problems)
		}
	}
}

// The SDK's own types print what they hold, so none of ours has one where a print
// would find it.
func TestItems_showNoValue(t *testing.T) {
	const canary = "the-canary"
	a := newAccount(ticking())
	s := storeOn(t, a, true)
	made, err := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: canary, SecretAccessKey: vendors.NewSecret(canary)}})
	if err != nil {
		t.Fatal(err)
	}
	x := fromSDK(a.items[made.ID].Item)
	e := layout{}.write(vendors.ItemSpec{Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret(canary)}})
	for what, v := range map[string]any{"an item": x, "a pointer to it": &x, "its fields": x.fields, "an edit": e, "what was made": created{item: x}, "the store": s} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(format, v); strings.Contains(text, canary) {
				t.Errorf("%s shows its value by %s: %s", what, format, text)
			}
		}
	}
}
