package view

import (
	"bytes"
	"testing"
)

// A note is broken between words, and a line of it that begins with a space is not: it is there to be copied.
func TestNote_keepsWhatIsCopied(t *testing.T) {
	var out bytes.Buffer
	o := options()
	o.ErrWidth = 40
	v, err := New("human", &out, &out, o)
	if err != nil {
		t.Fatal(err)
	}
	const command = "  terraform state rm 'cloudflare_r2_bucket.photos[\"north\"]'"
	v.Note("Have Terraform forget what bh has by now:\n\n" + command)
	v.Done(End{})
	if want := "Have Terraform forget what bh has by\n  now:\n\n" + command + "\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}
