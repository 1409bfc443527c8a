package terraform

import (
	"strconv"
	"strings"

	"buckethead/config/addr"
)

// longestName is the length of the longest name that is made.
const longestName = 80

// parts returns what people chose of an address: the names of modules and of the resource, and the
// keys of instances.
func parts(address string) []string {
	var out []string
	for rest := address; rest != ""; {
		switch {
		case rest[0] == '.':
			rest = rest[1:]
		case rest[0] == '[':
			inner := rest[1:]
			if quoted, err := strconv.QuotedPrefix(inner); err == nil {
				key, _ := strconv.Unquote(quoted)
				out, inner = append(out, key), inner[len(quoted):]
			} else if end := strings.IndexByte(inner, ']'); end >= 0 {
				out, inner = append(out, inner[:end]), inner[end:]
			}
			rest = strings.TrimPrefix(inner, "]")
		default:
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			out, rest = append(out, rest[:end]), rest[end:]
		}
	}
	// module.NAME, any number of times, and then the type of the resource.
	var chosen []string
	for i := 0; i < len(out); i++ {
		if out[i] == "module" && i+1 < len(out) {
			chosen, i = append(chosen, out[i+1]), i+1
			continue
		}
		if strings.HasPrefix(out[i], bucketType) && i+1 < len(out) {
			return append(chosen, out[i+1:]...)
		}
		chosen = append(chosen, out[i])
	}
	return chosen
}

// nameOf makes a project's name of an address. It is plain, and no other one, whatever its case:
// it is also the title of an item.
func (c *converter) nameOf(address string) string {
	base := strings.Map(func(r rune) rune {
		if r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return '_'
	}, strings.Join(parts(address), "_"))
	base = base[:min(len(base), longestName)]
	if !addr.ValidName(base) {
		base = "bucket_" + base
	}
	name := base
	for c.o.Taken[strings.ToLower(name)] {
		n := max(c.numbers[strings.ToLower(base)], 1) + 1
		c.numbers[strings.ToLower(base)] = n
		name = base + "_" + strconv.Itoa(n)
	}
	c.o.Taken[strings.ToLower(name)] = true
	return name
}
