package functions

import "strings"

// Absent are functions of Terraform or OpenTofu that bh does not have.
type Absent struct {
	Names []string
	Why   string // a sentence that begins with the name: "timestamp() reads the clock, ..."
	Fix   string // what to write instead
}

const (
	readsClock = "reads the clock, so the plan would differ each time."
	isRandom   = "returns a random value, so the plan would differ each time."
	readsPlace = "depends on the machine that bh runs on, so the plan in CI would differ from yours."
)

// absent is the table of the missing functions. A name that ends with a star matches every
// name that begins with the rest.
var absent = []Absent{
	{[]string{"timestamp", "plantimestamp"}, readsClock,
		`Write the date, or pass it in as a variable: bh plan --var "today=$(date -u +%FT%TZ)".`},
	{[]string{"uuid"}, isRandom,
		`Use uuidv5("dns", NAME), which is the same for the same name, or pass a value in as a variable.`},
	{[]string{"bcrypt"}, isRandom, "Use sha256(), or pass the hash in as a variable."},
	{[]string{"abspath"}, readsPlace, "Use the path itself: a relative one starts from the folder of the configuration."},
	{[]string{"pathexpand"}, readsPlace,
		"Write a path inside the repository; for a file in the home directory, pass its content in as a variable."},
	{[]string{"rsadecrypt"},
		"would make a secret from text in the file, and bh takes secrets only from where they are kept.",
		`Keep the decrypted value in a secret store or in CI's secrets, and read it with env("NAME") or a reference.`},
	{[]string{"ephemeralasnull"}, "is for ephemeral values, which bh does not have.",
		"Remove the call, and keep its argument."},
	{[]string{"type"}, "exists only in Terraform's console.",
		"Remove the call; `bh plan` says which type a value has if it does not fit."},
	{[]string{"defaults"}, "was an experiment that Terraform removed.",
		"Use optional(TYPE, DEFAULT) in the type of the variable, or merge()."},
	{[]string{"list"}, "was removed from Terraform.", "Write [a, b], or tolist([a, b])."},
	{[]string{"map"}, "was removed from Terraform.", "Write { a = 1, b = 2 }, or tomap({ a = 1, b = 2 })."},
	{[]string{"convert"}, "takes any type, and bh has a function for each kind of type.",
		"Use tobool(), tolist(), tomap(), tonumber(), toset() or tostring()."},
	{[]string{"assume*"}, "tells OpenTofu about values that it knows only after an apply, and bh has no such values.",
		"Remove the call, and keep its first argument."},
	{[]string{"provider::*"}, "belongs to a provider of Terraform, and bh does not load providers.",
		"Write the value itself, or pass it in as a variable."},
	{[]string{"core::*"}, "has the prefix that OpenTofu allows.", "Write the name without core::."},
}

// AllAbsent returns the table of the functions that are missing.
func AllAbsent() []Absent { return absent }

// Missing says why a function of Terraform or OpenTofu does not exist, and what to write
// instead.
func Missing(name string) (why, fix string, known bool) {
	for _, a := range absent {
		for _, known := range a.Names {
			if prefix, all := strings.CutSuffix(known, "*"); known == name || all && strings.HasPrefix(name, prefix) {
				return name + "() " + a.Why, a.Fix, true
			}
		}
	}
	return "", "", false
}
