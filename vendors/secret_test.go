package vendors_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/template"

	"buckethead/vendors"
)

const canary = "canary-9d41e6"

// The ways in which a secret stands in other values, also where its methods are
// out of reach of fmt: in unexported fields.
type (
	hidden struct {
		name   string
		secret vendors.Secret
	}
	shown  struct{ Secret vendors.Secret }
	nested struct {
		inner   hidden
		Pointer *vendors.Secret
		list    []vendors.Secret
		byName  map[string]vendors.Secret
		any     any
		err     error
	}
	embedded struct{ vendors.Secret }
	tagged   struct {
		Attribute vendors.Secret `xml:"a,attr" json:"a,omitempty"`
	}
	failure struct{ secret vendors.Secret }
)

func (f failure) Error() string { return fmt.Sprintf("it failed with %v", f.secret) }

func holders() map[string]any {
	s := vendors.NewSecret(canary)
	return map[string]any{
		"itself": s, "a pointer": &s, "a slice": []vendors.Secret{s}, "an array": [1]vendors.Secret{s}, "a map": map[string]vendors.Secret{"k": s},
		"a hidden field": hidden{"n", s}, "a pointer to a hidden field": &hidden{"n", s}, "a field": shown{s}, "an embedded one": embedded{s}, "a tagged field": tagged{s},
		"a deep one": nested{hidden{"n", s}, &s, []vendors.Secret{s}, map[string]vendors.Secret{"k": s}, s, failure{s}},
		"an error":   failure{s}, "keys": vendors.BucketCredentials{AccessKeyID: "K", SecretAccessKey: s},
		"an item": vendors.Item{Keys: vendors.BucketCredentials{SecretAccessKey: s}}, "a spec": &vendors.ItemSpec{Keys: vendors.BucketCredentials{SecretAccessKey: s}},
		"settings": vendors.Settings{"token": {Secret: s}}, "issued": vendors.Issued{Keys: vendors.BucketCredentials{SecretAccessKey: s}},
		"a chain of pointers": []*hidden{{"n", s}}, "a function's result": func() vendors.Secret { return s },
	}
}

// absent fails the test where text shows the canary as it is or in hex.
func absent(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprint([]byte(canary))} {
		if strings.Contains(text, form) {
			t.Errorf("%s shows the secret: %s", what, text)
		}
	}
}

func TestSecret_isPrintedByNoVerb(t *testing.T) {
	verbs := "vTtbcdoOqxXUeEfFgGsp"
	flags := []string{"", "+", "#", "-20", "020", " ", ".3", "+#", "[1]"}
	for what, value := range holders() {
		for _, verb := range verbs {
			for _, flag := range flags {
				format := "%" + flag + string(verb)
				absent(t, what+" by "+format, fmt.Sprintf(format, value))
			}
		}
		absent(t, what+" by Sprint", fmt.Sprint(value)+fmt.Sprintln(value))
		absent(t, what+" in an error", fmt.Errorf("act: %v", value).Error())
		for _, wrong := range []string{"%!d", "%*d", "no verb", "%", "%.*f", "%[9]v"} {
			absent(t, what+" as a wrong argument", fmt.Sprintf(wrong, value))
		}
	}
	s := vendors.NewSecret(canary)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if got := fmt.Sprintf(format, s); got != "(sensitive)" {
			t.Errorf("%s prints %q", format, got)
		}
	}
	if s.String() != "(sensitive)" || s.GoString() != "(sensitive)" || vendors.Redacted != "(sensitive)" {
		t.Error("a secret is shown by another word")
	}
	if got := fmt.Sprint(vendors.Secret{}); got != "(sensitive)" {
		t.Errorf("whether a secret is set is shown: %q", got)
	}
}

func TestSecret_isWrittenByNoEncoder(t *testing.T) {
	s := vendors.NewSecret(canary)
	for what, encode := range map[string]func(io.Writer, any) error{
		"json": func(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) },
		"xml":  func(w io.Writer, v any) error { return xml.NewEncoder(w).Encode(v) },
		"gob":  func(w io.Writer, v any) error { return gob.NewEncoder(w).Encode(v) },
	} {
		for name, value := range map[string]any{"itself": s, "a pointer": &s, "a field": shown{s}, "a tagged field": tagged{s}, "keys": vendors.BucketCredentials{SecretAccessKey: s}, "a slice": []vendors.Secret{s}} {
			var out bytes.Buffer
			err := encode(&out, value)
			if err == nil || !strings.Contains(err.Error(), vendors.ErrSecretEncoded.Error()) {
				t.Errorf("%s of %s: got %v, want ErrSecretEncoded", what, name, err)
			}
			absent(t, what+" of "+name, out.String())
		}
		for name, value := range holders() {
			var out bytes.Buffer
			if err := encode(&out, value); err != nil {
				absent(t, what+"'s error about "+name, err.Error())
			}
			absent(t, what+" of "+name, out.String())
		}
	}
	if _, err := json.Marshal(map[string]any{"x": shown{s}}); !errors.Is(err, vendors.ErrSecretEncoded) {
		t.Errorf("json: got %v", err)
	}
	if _, err := s.MarshalText(); err != vendors.ErrSecretEncoded {
		t.Errorf("text: got %v", err)
	}
	if _, err := s.MarshalBinary(); err != vendors.ErrSecretEncoded {
		t.Errorf("binary: got %v", err)
	}
	// The zero secret is no exception, or an encoder would pass tests that have none.
	if _, err := json.Marshal(vendors.Secret{}); !errors.Is(err, vendors.ErrSecretEncoded) {
		t.Errorf("the zero secret: got %v", err)
	}
	// As a key of a map, too.
	if out, err := json.Marshal(map[vendors.Secret]int{s: 1}); err == nil {
		t.Errorf("a map's key: got %s", out)
	}
}

func TestSecret_isLoggedAsSensitive(t *testing.T) {
	for name, value := range holders() {
		var out bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			logger := slog.New(handler).With("with", value)
			logger.Info("m", "k", value, slog.Any("any", value), slog.Group("g", "in", value))
		}
		log.New(&out, "", 0).Print(value)
		absent(t, "the log of "+name, out.String())
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "k", vendors.NewSecret(canary))
	if !strings.Contains(out.String(), "k=(sensitive)") {
		t.Errorf("got %s", out.String())
	}
}

func TestSecret_isFilledInByNoTemplate(t *testing.T) {
	for name, value := range holders() {
		var out bytes.Buffer
		if err := template.Must(template.New("").Parse(`{{.}} {{printf "%#v" .}} {{html .}}`)).Execute(&out, value); err != nil {
			absent(t, "the template's error about "+name, err.Error())
		}
		absent(t, "a template of "+name, out.String())
	}
}

// TestSecret_panics lets another process die of a panic with each holder, and
// looks at all that it says.
func TestSecret_panics(t *testing.T) {
	const name = "VENDORS_TEST_PANIC"
	if which := os.Getenv(name); which != "" {
		panic(holders()[which])
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for which := range holders() {
		cmd := exec.Command(self, "-test.run", "^TestSecret_panics$")
		cmd.Env = append(os.Environ(), name+"="+which)
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("panic")) {
			t.Fatalf("%s: the process did not panic: %v, %s", which, err, out)
		}
		absent(t, "a panic with "+which, string(out))
	}
}

func TestSecret_value(t *testing.T) {
	s, same, other := vendors.NewSecret(canary), vendors.NewSecret(canary), vendors.NewSecret("other")
	if s.Reveal() != canary || s.IsZero() || !s.Equal(same) || s.Equal(other) || s.Equal(vendors.Secret{}) {
		t.Error("a secret does not hold its value")
	}
	zero := vendors.NewSecret("")
	if !zero.IsZero() || zero.Reveal() != "" || !zero.Equal(vendors.Secret{}) || zero != (vendors.Secret{}) {
		t.Error("the empty string does not give the zero secret")
	}
}

func TestFingerprint(t *testing.T) {
	key, s := []byte("key"), vendors.NewSecret(canary)
	got := vendors.Fingerprint(key, s)
	if len(got) != 64 || got != vendors.Fingerprint(key, vendors.NewSecret(canary)) {
		t.Errorf("got %q", got)
	}
	if got == vendors.Fingerprint(key, vendors.NewSecret("other")) || got == vendors.Fingerprint([]byte("other"), s) {
		t.Error("another secret or key has the same fingerprint")
	}
	// echo -n canary-9d41e6 | openssl dgst -sha256 -hmac key
	if want := "7fd5076953d9b27eb6aefff95181d63651c4652b22e030477e8c1e5e196f5869"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if vendors.Fingerprint(key, vendors.Secret{}) != "" || vendors.Fingerprint(nil, s) != "" {
		t.Error("there is a fingerprint of nothing, or under no key")
	}
}
