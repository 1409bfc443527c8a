package view

import (
	"strings"
	"testing"
)

// TestItemText_blocksStayAsTheyAre: what is meant to be copied is not cut, escaped or joined on a page, and cannot end
// its block of code.
func TestItemText_blocksStayAsTheyAre(t *testing.T) {
	long := "    from = project.t[\"" + strings.Repeat("k", 2*textColumns) + "<b>*_$$${x}\"]"
	for _, test := range []struct{ text, want string }{
		{"Why <b>.", "<br>Why &#60;b&#62;."},
		{"Keep it with:\n\n  moved {\n" + long + "\n  }\n\n  moved {\n  }", "<br>Keep it with:\n\n  ```\n  moved {\n" + long + "\n  }\n\n  moved {\n  }\n  ```\n"},
		{"  bh state mv a b\n\nA block @cannot do it.\nTwice.", "\n\n  ```\n  bh state mv a b\n  ```\n\n  A block @<!-- -->cannot do it.<br>Twice."},
		{"x\n  ```\n  # Not ours", "<br>x\n\n  ````\n  ```\n  # Not ours\n  ````\n"},
		{"x\n  a\x1b[31m", "<br>x\n\n  ```\n  a\uFFFD[31m\n  ```\n"},
		// Markdown would end the list item before a line of one column, and the block with it.
		{" <!-- hide\n\n   x\n ![](http://x)", "\n\n  ```\n  <!-- hide\n \n    x\n  ![](http://x)\n  ```\n"},
		{" " + strings.Repeat("a", blockBytes), "<br>" + cell(strings.Repeat("a", blockBytes))},
	} {
		if got := itemText(test.text); got != test.want {
			t.Errorf("%q:\n got %q\nwant %q", test.text, got, test.want)
		}
	}
}
