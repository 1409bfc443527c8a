package cli

import (
	"slices"
	"strings"

	"buckethead/cmd/terraform"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// mostShown is how many lines of one kind are shown. With --json all of them are there.
const mostShown = 40

// reportMove says what becomes of the keys, what is left to Terraform, and what is left to do there.
func reportMove(s *session, out terraform.Converted, kept []terraform.Project, tofu bool) {
	if len(out.Left) > 0 {
		var lines []string
		slices.SortStableFunc(out.Left, func(a, b terraform.Left) int { return strings.Compare(a.Address, b.Address) })
		for _, left := range out.Left {
			lines = append(lines, left.Address+": "+left.Reason+".")
		}
		s.view.Diagnostics(diag.List{{Severity: diag.Warning, Kind: notCarriedOver, Detail: strings.Join(firstOf(lines), "\n\n")}})
	}
	if len(kept) == 0 {
		return
	}
	var lines []string
	for _, p := range kept {
		lines = append(lines, p.Name+": "+keyText(p))
	}
	for _, line := range firstOf(lines) {
		s.view.Note(line)
	}
	if len(s.config.Secrets) == 0 && out.Store == nil {
		s.view.Note("The keys go into an encrypted file, .bh/secrets.age, unless you declare another store before you apply.")
	}
	command := "terraform"
	if tofu {
		command = "tofu"
	}
	var forget []string
	for _, address := range addressesOf(kept) {
		forget = append(forget, "  "+command+" state rm "+words.InShell(address))
	}
	s.view.Note("Once it is applied, take these out of Terraform's configuration, and have its state forget them. " +
		"Otherwise Terraform goes on to change and delete them.\n\n" +
		strings.Join(firstOf(forget), "\n") + "\n")
}

// firstOf returns the lines that are shown, and how many more there are.
func firstOf(lines []string) []string {
	if more := len(lines) - mostShown; more > 1 {
		lines = append(slices.Clone(lines[:mostShown]), "and "+words.Number(more)+" more: --json lists all of them.")
	}
	return lines
}

// keyText says what becomes of the key of a bucket.
func keyText(p terraform.Project) string {
	switch keyOf(p) {
	case "taken over":
		return "the key in the item " + p.Item.Title + " is taken over."
	case "replaced":
		return "a new key is issued; the token " + p.Token.ID + " works on for " + words.Length(config.DefaultOverlap) +
			", or for the overlap of a rotate block."
	}
	return "a new key is issued."
}

// keyOf is keyText in a word.
func keyOf(p terraform.Project) string {
	switch {
	case p.Item != nil:
		return "taken over"
	case p.Token != nil:
		return "replaced"
	}
	return "new"
}

func keysOf(kept []terraform.Project) map[string]string {
	out := map[string]string{}
	for _, p := range kept {
		out[p.Name] = keyOf(p)
	}
	return out
}

// addressesOf returns the Terraform addresses of all that projects stand for.
func addressesOf(kept []terraform.Project) []string {
	out := []string{}
	for _, p := range kept {
		out = append(out, p.Addresses...)
	}
	return out
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
