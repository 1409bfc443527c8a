package mask

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/vendors"
)

// A file can be one that was never meant to be read as a configuration: .env, .netrc or
// .git/config under another name. So what diagnostics quote is masked as text, too,
// whatever the parser made of it.

var (
	// assigned matches what precedes a value: its name and the sign, in most notations.
	assigned = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*[:=][:= \t]*|\b(?i:password|bearer|basic)[ \t]+`)
	// hclValue is how a value begins that is put together by HCL.
	hclValue = regexp.MustCompile(`^("|[a-z_0-9]+\(|(var|local|each)\.|<<|[\[({]|(null|true|false)\b)`)
	// userinfo is a password in a URL.
	userinfo = regexp.MustCompile(`://([^@\s/"']+)@`)
	// keyLike is text without spaces that may be a key.
	keyLike = regexp.MustCompile(`[A-Za-z0-9+/=_-]{16,}`)
	hexOrID = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	keyRun  = regexp.MustCompile(`[A-Za-z0-9+]{20,}`)
	keyHead = regexp.MustCompile(`^(gh[a-z]_|github_pat_|glpat-|ops_|sk-|AGE-SECRET-KEY-|eyJ)`)
)

// Quoted masks the lines that diagnostics point at. In a file that is not a configuration,
// or a broken one, it masks all that may be a key as well.
func (s *Sources) Quoted(list diag.List) {
	for _, d := range list {
		src := s.Texts[d.Subject.File]
		from, to := d.Subject.Start.Byte, d.Subject.End.Byte
		if src == nil || from > len(src) || to > len(src) {
			continue
		}
		from = bytes.LastIndexByte(src[:from], '\n') + 1
		if end := bytes.IndexByte(src[to:], '\n'); end >= 0 {
			to += end
		} else {
			to = len(src)
		}
		foreign := d.Code == faults.InvalidSyntax.Code || d.Code == faults.UnknownBlock.Code || d.Code == faults.UnknownAttribute.Code
		for from < to {
			end := from + len(firstLine(src[from:to]))
			s.line(d.Subject.File, from, string(src[from:end]), foreign)
			from = end + 1
		}
	}
}

// firstLine returns the first line of a text.
func firstLine(text []byte) []byte {
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		return text[:end]
	}
	return text
}

// line masks what may be a secret in one line.
func (s *Sources) line(file string, at int, text string, foreign bool) {
	hide := func(from, to int) {
		s.Range(hcl.Range{Filename: file, Start: hcl.Pos{Byte: at + from}, End: hcl.Pos{Byte: at + to}})
	}
	for _, m := range assigned.FindAllStringSubmatchIndex(text, -1) {
		name := ""
		if m[2] >= 0 {
			name = text[m[2]:m[3]]
		}
		shell := name != "" && name == strings.ToUpper(name) // unlike any name of the language
		if name == "" && !foreign || name != "" && !s.secretName(name) && !(shell && foreign) {
			continue
		}
		rest := strings.TrimRight(text[m[1]:], "\r")
		switch value := m[1]; {
		case rest == "":
		case hclValue.MatchString(rest) || s.readsElement(rest):
			for _, r := range s.secretTexts(rest) {
				hide(value+r.Start.Byte, value+r.End.Byte)
			}
		default:
			hide(value, value+len(rest))
		}
	}
	for _, m := range userinfo.FindAllStringSubmatchIndex(text, -1) {
		hide(m[2], m[3])
	}
	if !foreign {
		return
	}
	for _, m := range keyLike.FindAllStringIndex(text, -1) {
		if looksLikeKey(text[m[0]:m[1]]) {
			hide(m[0], m[1])
		}
	}
}

// readsElement reports whether a value begins with the name under which a dynamic block reads its
// elements.
func (s *Sources) readsElement(value string) bool {
	name, _, found := strings.Cut(value, ".")
	return found && s.Iterators[name]
}

// looksLikeKey reports whether a word is more likely a key than a name or an id.
func looksLikeKey(word string) bool {
	if keyHead.MatchString(word) {
		return true
	}
	if hexOrID.MatchString(word) {
		return false
	}
	run := keyRun.FindString(word)
	return run != "" && strings.ContainsAny(run, "0123456789") && strings.ContainsFunc(run, isLetter) ||
		len(word) >= 32 && !strings.Contains(word, "/") && strings.ContainsAny(word, "0123456789") &&
			word != strings.ToLower(word) && word != strings.ToUpper(word)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// Tokens masks what looks like a secret in a file that could not be parsed
// whole: all strings that follow, on its line or as text of several lines, a name that
// secrets have.
func (s *Sources) Tokens(name string, src []byte) {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	masking := false
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenNewline:
			masking = false
		case hclsyntax.TokenIdent:
			masking = masking || s.secretName(string(t.Bytes)) || string(t.Bytes) == "default"
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if masking && !s.namesSecret(tokens, i) {
				s.Range(t.Range)
			}
		}
	}
}

// secretTexts returns the places of the texts in a value that is in quotes or is put together
// by HCL, up to a comma after it.
func (s *Sources) secretTexts(value string) []hcl.Range {
	tokens, _ := hclsyntax.LexConfig([]byte(value), "", hcl.InitialPos)
	var texts []hcl.Range
	depth := 0
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOQuote, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp:
			depth++
		case hclsyntax.TokenCQuote, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenComma:
			if depth <= 0 {
				return texts
			}
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if !s.namesSecret(tokens, i) {
				texts = append(texts, t.Range)
			}
		}
	}
	return texts
}

// namesSecret reports whether the text at i names a secret: a variable that env() reads, or
// a reference into a store.
func (s *Sources) namesSecret(tokens hclsyntax.Tokens, i int) bool {
	text := string(tokens[i].Bytes)
	return i > 2 && string(tokens[i-3].Bytes) == "env" && expr.VariableName(text) || s.Reference(text)
}

// secretName reports whether an attribute of this name holds a secret, in the files of bh or
// in others.
func (s *Sources) secretName(name string) bool {
	name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	if name == "SECRETS" { // the block, and the attribute that names one
		return false
	}
	if vendors.SecretVariable(name) || strings.HasSuffix(name, "TOKEN") || strings.HasSuffix(name, "_AUTH") {
		return true
	}
	for _, part := range []string{"PRIVATE", "APIKEY", "CREDENTIAL", "AUTHORIZATION"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return s.secretSetting(strings.ToLower(name))
}

// settingNames returns the names of all settings of all vendors and kinds of state.
func (s *Sources) settingNames() []string {
	var names []string
	for _, settings := range s.Settings() {
		for _, one := range settings {
			names = append(names, one.Name)
		}
	}
	return names
}

// secretSetting reports whether a vendor, or a kind of state, has a secret setting of this name.
func (s *Sources) secretSetting(name string) bool {
	return slices.ContainsFunc(s.Settings(), func(settings []vendors.Setting) bool {
		return slices.ContainsFunc(settings, func(one vendors.Setting) bool { return one.Secret && one.Name == name })
	})
}
