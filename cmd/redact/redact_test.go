package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"buckethead/cmd/redact"
	"buckethead/vendors"
)

// odd has a character of each kind that someone escapes.
const odd = `p"<a>&s\s/w#%+ =o'r$d_ü😀`

func setOf(secrets ...string) *redact.Set {
	s := &redact.Set{}
	for _, secret := range secrets {
		s.Add(vendors.NewSecret(secret))
	}
	return s
}

func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out[1 : len(out)-1])
}

func unescaped(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text)
	return strings.TrimSuffix(b.String()[1:], "\"\n")
}

func entities(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "&#%d;", r)
	}
	return b.String()
}

// writings are the ways in which a text is written.
var writings = map[string]func(string) string{
	"plain":      func(s string) string { return s },
	"JSON":       quoted,
	"JSON text":  unescaped,
	"JSON twice": func(s string) string { return quoted(unescaped(s)) },
	"ASCII":      func(s string) string { q := strconv.QuoteToASCII(s); return q[1 : len(q)-1] },
	"slashes":    func(s string) string { return strings.ReplaceAll(unescaped(s), "/", `\/`) },
	"query":      url.QueryEscape,
	"path":       url.PathEscape,
	"lower case": func(s string) string { return strings.ReplaceAll(url.PathEscape(s), "%2F", "%2f") },
	"URL in log": func(s string) string { return quoted(url.QueryEscape(s)) },
	"HTML":       html.EscapeString,
	"entities":   entities,
	"page": func(s string) string {
		return strings.NewReplacer("#", "#<!-- -->", "&", "&#38;", "<", "&#60;", "_", "&#95;").Replace(s)
	},
	"Mermaid":  func(s string) string { return strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;").Replace(s) },
	"Markdown": func(s string) string { return strings.NewReplacer(`\`, `\\`, "_", `\_`, "<", `\<`).Replace(s) },
	"base64":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 in a URL": func(s string) string {
		return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s)))
	},
	"raw base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 at 1":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:123" + s + "!")) },
	"base64 at 2":   func(s string) string { return base64.URLEncoding.EncodeToString([]byte("user:1234" + s + "?!")) },
	"base64 at 0":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:12345x" + s + "more")) },
	"hex":           func(s string) string { return hex.EncodeToString([]byte(s)) },
	"upper hex":     func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
}

var secrets = map[string]string{"odd": odd, "short": "abcdefghijkl", "token": "cfat_0123456789abcdefABCDEF-_~",
	"hex": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "escape": `ab%41cd\u0041&#65;ef`}

// rest returns what is left of a text that was redacted, without the few digits of base64
// beside a secret that are of its neighbours as well.
func rest(text string) string { return strings.ReplaceAll(text, redact.Marker, "") }

// Whatever writes a secret, and wherever two writes cut it, nothing of it is left.
func TestWriter_everyWritingCutAnywhere(t *testing.T) {
	for name, secret := range secrets {
		for how, write := range writings {
			t.Run(name+"/"+how, func(t *testing.T) {
				set, written := setOf(secret), write(secret)
				text := "before: \"" + written + "\", after\n"
				for at := range len(text) {
					var out bytes.Buffer
					w := set.Writer(&out)
					for _, part := range []string{text[:at], text[at:]} {
						if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
							t.Fatal(n, err)
						}
					}
					if err := w.Flush(); err != nil {
						t.Fatal(err)
					}
					got := out.String()
					if !strings.HasPrefix(got, `before: "`) || !strings.HasSuffix(got, "\", after\n") {
						t.Fatalf("cut at %d, more is gone than the secret: %q", at, got)
					}
					if left := len(rest(got)) - len("before: \"\", after\n"); !strings.Contains(got, redact.Marker) ||
						left > 24 || !strings.Contains(how, " at ") && left > 0 {
						t.Fatalf("cut at %d, %d bytes are left of %q: %q", at, left, written, got)
					}
				}
			})
		}
	}
}

// Byte by byte, the writer finds what it finds in one piece, and holds back nothing else.
func TestWriter_holdsBackOnlyBeginnings(t *testing.T) {
	set := setOf("hunter2hunter2", "line one\nline two is longer", "\n from a file\n")
	var out bytes.Buffer
	w := set.Writer(&out)
	for _, step := range []struct{ write, shown string }{
		{"plan: ", "plan: "},
		{"a hunt", "plan: a "},        // may be the secret
		{"er\n", "plan: a hunter\n"},  // is not
		{"50%", "plan: a hunter\n50"}, // may be an escape
		{" done\r", "plan: a hunter\n50% done\r"},
		{"hunter2hunter", "plan: a hunter\n50% done\r"},
		{"2\n", "plan: a hunter\n50% done\r[secret]\n"},
		{"line two is", "plan: a hunter\n50% done\r[secret]\n"},
		{" longer\n", "plan: a hunter\n50% done\r[secret]\n[secret]\n"},
	} {
		if _, err := w.Write([]byte(step.write)); err != nil {
			t.Fatal(err)
		}
		if out.String() != step.shown {
			t.Errorf("after %q: %q, want %q", step.write, out.String(), step.shown)
		}
	}
	_, _ = w.Write([]byte("a hunter2"))
	if err := w.Flush(); err != nil || !strings.HasSuffix(out.String(), "a hunter2") {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestReplace(t *testing.T) {
	set := setOf("abc\ndef\nghi\tjkl", "abcdefghijklmnop", "ijklmnopqrstuvwx", "too short", "first line 123\r\nsecond line 456\nno")
	set.Hide(vendors.NewSecret("-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----\n"), vendors.Secret{})
	long := strings.Repeat("0123456789", 40)
	set.Hide(vendors.NewSecret(long))
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"nothing, too short, abcdefghijkl", "nothing, too short, abcdefghijkl"},
		{"xabcdefghijklmnopx", "x[secret]x"},
		{"abcdefghijklmnopqrstuvwx", "[secret]"}, // they overlap
		{"abcdefghijklmnopabcdefghijklmnop", "[secret][secret]"},
		{"first line 123 second line 456", "[secret] [secret]"},
		{"-----BEGIN KEY----- MIIEowIBAAKCAQEA -----END KEY-----", "[secret]"},
		{"abc def ghi jkl", "[secret]"}, // a name is printed in one line
		{"see " + long[:140] + "…" + long[len(long)-130:] + " here", "see [secret]…[secret] here"},
		{"0123456789012345678 is no secret", "0123456789012345678 is no secret"},
		{`{"a":"\"abcdefghijklmnop\""}`, `{"a":"\"[secret]\""}`},
	} {
		if got := set.Replace(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// A long text is searched in parts. What is at their ends is found, and they bound the memory: all
// views of all of this text would take 50 MB.
func TestReplace_longText(t *testing.T) {
	const secret = "hunter2hunter2-hunter3"
	set := setOf(secret)
	// What is garbage must not count, also if the collector gets little of a busy machine.
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, line := range []string{`"\"` + secret + ` %20 &amp; #3; ` + secret[:13] + "…" + secret[9:] + ` "`, secret + "…\n"} {
		text := strings.Repeat(line, 1<<18/len(line))
		if got, want := set.Replace(text), strings.NewReplacer(secret, redact.Marker, secret[:13]+"…"+secret[9:],
			redact.Marker+"…"+redact.Marker).Replace(text); got != want {
			t.Errorf("%q: not all of it is found, or too much", line)
		}
		if !set.Contains([]byte(text)) || set.Contains([]byte(strings.ReplaceAll(text, "2", ""))) {
			t.Errorf("%q: Contains does not know", line)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 45<<20 { // without parts it is 55 or more
		t.Errorf("it takes %d MB", grown>>20)
	}
}

// A message of a provider that repeats a secret can be cut within it.
func TestReplace_excerpt(t *testing.T) {
	secret := strings.Repeat("0123456789", 4)
	text := setOf(secret).Replace(vendors.Excerpt("you sent: "+secret+", which is wrong", 30))
	if text != "you sent: [secret]… (66 characters in all)" {
		t.Error(text)
	}
}

// Two streams can share a terminal, so no half of a control sequence waits for the rest.
func TestWriter_keepsControlSequencesWhole(t *testing.T) {
	set := setOf("J-is-the-first-letter", "mary-had-a-little-lamb", "2K-of-memory-is-enough")
	for text, want := range map[string]string{"\x1b[1A\x1b[J": "\x1b[1A\x1b[J", "text \x1b[1;31m": "text \x1b[1;31m", "\x1b[2K": "\x1b[2K",
		"J": "", "\x1b[J and J": "\x1b[J and ", "\x1b[1mma": "\x1b[1m"} {
		var out bytes.Buffer
		w := set.Writer(&out)
		_, _ = w.Write([]byte(text))
		if out.String() != want {
			t.Errorf("%q: got %q, want %q", text, out.String(), want)
		}
		if _, _ = w.Write([]byte("J-is-the-first-letter\n")); strings.Contains(out.String(), "first") {
			t.Errorf("%q: a secret is shown after it", text)
		}
	}
}

// A view's mark of what it leaves out can come in two writes.
func TestWriter_shortenedCutAnywhere(t *testing.T) {
	set := setOf(strings.Repeat("0123456789", 4))
	for text, at := "0123456789012345…\n", 0; at < len(text); at++ {
		var out bytes.Buffer
		w := set.Writer(&out)
		_, _ = w.Write([]byte(text[:at]))
		_, _ = w.Write([]byte(text[at:]))
		if err := w.Close(); err != nil || out.String() != "[secret]…\n" {
			t.Errorf("cut at %d: %q, %v", at, out.String(), err)
		}
	}
}

// What bh works with must not be recorded or passed on. What only looks like a secret may.
func TestSet_twoKinds(t *testing.T) {
	set := setOf("works-with-this", "short")
	set.Hide(vendors.NewSecret("only-looks-like-it"))
	for text, want := range map[string]bool{"works-with-this": true, "x works-with-this x": true, "short": true, "shorter": false,
		"": false, "only-looks-like-it": false, "Basic " + base64.StdEncoding.EncodeToString([]byte("u:works-with-this")): true} {
		if got := set.Holds(text); got != want {
			t.Errorf("Holds(%q) = %t", text, got)
		}
	}
	if set.Contains([]byte("fine"), []byte(`{"x":"only-looks-like-it"}`)) {
		t.Error("it must not be recorded")
	}
	if !set.Contains([]byte("fine"), []byte(`{"x":"works-with-this"}`)) {
		t.Error("it may be recorded")
	}
	set.Add(vendors.NewSecret("only-looks-like-it")) // now bh works with it
	if !set.Contains([]byte("only-looks-like-it")) {
		t.Error("bh works with it, and it may be recorded")
	}
	var none *redact.Set
	none.Add(vendors.NewSecret("abcdefghijkl"))
	none.Hide(vendors.NewSecret("abcdefghijkl"))
	if none.Holds("abcdefghijkl") || none.Contains([]byte("abcdefghijkl")) || none.Replace("abcdefghijkl") != "abcdefghijkl" {
		t.Error("a nil Set has secrets")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }
func (broken) Close() error              { return os.ErrExist }

func TestWriter_tellsWhatIsWrong(t *testing.T) {
	w := setOf("abcdefghijkl").Writer(broken{})
	if n, err := w.Write([]byte("text")); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Error(n, err)
	}
	if n, err := w.Write([]byte("abc")); n != 3 || err != nil {
		t.Error("what is held back fails", n, err)
	}
	if err := w.Close(); !errors.Is(err, os.ErrClosed) || !errors.Is(err, os.ErrExist) {
		t.Error(err)
	}
	if err := w.Close(); errors.Is(err, os.ErrClosed) {
		t.Error("it is written twice")
	}
}

// A log of exchanges is text in JSON in the quotes of the log.
func TestWriter_log(t *testing.T) {
	for _, secret := range secrets {
		var out bytes.Buffer
		body, _ := json.Marshal(map[string]string{"error": "bad token " + secret})
		log := slog.New(slog.NewTextHandler(setOf(secret).Writer(&out), nil))
		log.Info("request", "answer", string(body), "url", "https://x.example/?t="+url.QueryEscape(secret), "plain", secret)
		if strings.Count(out.String(), redact.Marker) != 3 {
			t.Errorf("%s", out.String())
		}
	}
}

// JSON stays JSON, whatever the secret.
func TestReplace_keepsJSON(t *testing.T) {
	for _, secret := range secrets {
		body, _ := json.Marshal(map[string]any{"a": secret, "b": []string{"x" + secret + "y", secret + secret}, secret: 1})
		var got any
		if text := setOf(secret).Replace(string(body)); json.Unmarshal([]byte(text), &got) != nil || strings.Count(text, redact.Marker) < 4 {
			t.Errorf("%s", text)
		}
	}
}

// FuzzWriter: text without a secret comes out as it went in, whatever its cuts; and with
// one, the secret does not.
func FuzzWriter(f *testing.F) {
	f.Add("some \\u00e4 text % with &#65; and <!-- x", uint(3), uint(7))
	f.Add(`\`, uint(0), uint(1))
	f.Add("abcdefghijk", uint(11), uint(11))
	f.Fuzz(func(t *testing.T, text string, a, b uint) {
		const secret = "abcdefghijkl-0123456789"
		set := setOf(secret)
		cuts := []int{int(a % uint(len(text)+1)), int(b % uint(len(text)+1))}
		if cuts[0] > cuts[1] {
			cuts[0], cuts[1] = cuts[1], cuts[0]
		}
		run := func(parts ...string) string {
			var out bytes.Buffer
			w := set.Writer(&out)
			for _, part := range parts {
				_, _ = w.Write([]byte(part))
			}
			_ = w.Flush()
			return out.String()
		}
		parts := []string{text[:cuts[0]], text[cuts[0]:cuts[1]], text[cuts[1]:]}
		if got := run(parts...); set.Replace(text) == text && got != text {
			t.Errorf("%q came out as %q", parts, got)
		}
		with := append(parts, secret[:5], secret[5:])
		if got := run(with...); strings.Contains(got, secret) {
			t.Errorf("%q shows the secret: %q", with, got)
		}
	})
}

// BenchmarkWriter writes a megabyte of JSON lines, in lines, past so many known secrets.
func BenchmarkWriter(b *testing.B) {
	for _, n := range []int{0, 10, 1000, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			set := &redact.Set{}
			for range n {
				key := make([]byte, 32)
				for i := range key {
					key[i] = byte(random.Uint32())
				}
				set.Add(vendors.NewSecret(hex.EncodeToString(key)))
			}
			line := []byte(`{"@level":"info","@message":"project.photos[\"eu\"]: plan to provision","@module":"bh.ui","type":"planned_change",` +
				`"operation":{"address":"project.photos","digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}` + "\n")
			w := set.Writer(discard{})
			b.SetBytes(1 << 20)
			b.ResetTimer()
			for range b.N {
				for written := 0; written < 1<<20; written += len(line) {
					_, _ = w.Write(line)
				}
			}
		})
	}
}

// BenchmarkSet_Add adds a thousand keys.
func BenchmarkSet_Add(b *testing.B) {
	for range b.N {
		set := &redact.Set{}
		for i := range 1000 {
			set.Add(vendors.NewSecret(fmt.Sprintf("%064x", i*7919)))
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// A list of guesses, each with an ellipsis, does not tell which of them is right.
func TestReplace_answersNoGuesses(t *testing.T) {
	outputs := map[string]bool{}
	for _, letter := range []string{"A", "B", "C"} {
		set := setOf("AGE-SECRET-KEY-1" + letter + "XYZXYZXYZ" + letter + "-known-ending")
		text := ""
		for _, guess := range []string{"A", "B", "C", "AX", "BX"} {
			text += "AGE-SECRET-KEY-1" + guess + "… and …" + guess + "-known-ending\n"
		}
		outputs[set.Replace(text)] = true
	}
	if len(outputs) != 1 {
		t.Errorf("%v", outputs)
	}
}
