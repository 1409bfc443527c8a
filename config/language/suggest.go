package language

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Similar returns the name that someone most likely meant, "" if no name is similar.
func Similar(given string, names []string) string {
	best, distance := "", max(2, (len(given)+2)/3)+1
	sorted := slices.Sorted(slices.Values(names))
	for _, name := range sorted {
		if strings.EqualFold(given, name) {
			return name
		}
		// Names of very different length cannot be similar; this rules out most of 100,000.
		if abs(len(name)-len(given)) >= distance {
			continue
		}
		if d := levenshtein.Distance(given, name, nil); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// Suggestion returns the fix for a misspelled name: the one that was probably meant, or
// a list of all names.
func Suggestion(given string, names []string, what string) string {
	if name := Similar(given, names); name != "" {
		return fmt.Sprintf("Did you mean %q?", name)
	}
	if len(names) == 0 {
		return fmt.Sprintf("Remove it: no %s is allowed here.", what)
	}
	names = slices.Sorted(slices.Values(names))
	const shown = 20
	more := ""
	if len(names) > shown {
		names, more = names[:shown], ", and others"
	}
	return fmt.Sprintf("Known here: %s%s.", strings.Join(names, ", "), more)
}

func abs(n int) int { return max(n, -n) }
