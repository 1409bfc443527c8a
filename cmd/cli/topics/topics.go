// Package topics holds the pages of the manual: what `bh help TOPIC` and `bh man TOPIC` show.
//
// # Pages
//
// A page is a Markdown file in this folder, so that it can be read on the web as well. It begins with a title, and links
// to other pages as [shared state](shared-state.md). A new file is a new topic; nothing else has to be written.
//
// The pages language and functions are generated from the tables of config and config/functions. A test of cmd/cli
// compares them, and checks every command, block, link and table of the others.
//
// # Rendering
//
// [Text] writes a page for a terminal, without marks of Markdown; [Man] writes it for man(1). Both work on the blocks
// that parse returns. The Markdown is what the pages use: headings, paragraphs, lists of one level, tables, code,
// links, and bold text.
package topics

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Names returns the names of the topics, in their order.
func Names() []string {
	files, _ := fs.Glob(pages, "*.md") // sorted
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(path.Base(f), ".md")
	}
	return out
}

// Page returns the Markdown of a topic, and whether there is such a topic.
func Page(name string) (markdown string, is bool) {
	text, err := pages.ReadFile(name + ".md")
	return string(text), err == nil
}

// Title returns the title of a page.
func Title(markdown string) string {
	for _, b := range parse(markdown) {
		if b.kind == heading {
			return plain(b.text)
		}
	}
	return ""
}
