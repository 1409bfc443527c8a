package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/vendors"
)

func envCommand(p Process) *cli.Command {
	return &cli.Command{Name: "env", Usage: "print references to a project's stored keys, never the keys", ArgsUsage: "PROJECT",
		Flags: append(withoutFormat(commonFlags()), &cli.StringFlag{Name: "format", Value: "dotenv",
			Usage: "`FORMAT`, see above"}),
		Description: "The formats: dotenv is what op run --env-file takes, github the env of a\n" +
			"workflow's step; op, rclone and aws are templates for op inject; json is an\nobject.",
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			if c.Args().Len() != 1 {
				return errors.New("bh env wants one project; bh state list shows them")
			}
			flags.format = "human" // of faults; the other is of the references
			return runEnv(p, flags, c.Args().First(), c.String("format"))
		}}
}

// withoutFormat leaves out the common flag that this command has another of.
func withoutFormat(flags []cli.Flag) []cli.Flag {
	return slices.DeleteFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == "format" })
}

// envReferences are the references to a project's keys, and what its section is
// called where a format has sections.
type envReferences struct{ name, bucket, keyID, secret, endpoint, region string }

// environmentNames are what the Python library of the name reads, in order.
func (e envReferences) environment() [][2]string {
	return [][2]string{{"BUCKETHEAD_BUCKET__NAME", e.bucket}, {"BUCKETHEAD_BUCKET__ACCESS_KEY_ID", e.keyID},
		{"BUCKETHEAD_BUCKET__SECRET_ACCESS_KEY", e.secret}, {"BUCKETHEAD_BUCKET__ENDPOINT_URL", e.endpoint}}
}

// runEnv is bh env: it reads the state, and asks nobody.
func runEnv(p Process, flags common, project, format string) (err error) {
	s, err := open(p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	record, _, err := s.recorded(ctx, project)
	if err != nil {
		return orInterrupted(err, interrupted)
	}
	store, err := s.store(record.Secrets)
	if err != nil {
		return s.itemFault(record.Project, err, "Correct the block, then repeat the command.")
	}
	ref := func(field string) string { return store.Reference(record.Item.ID, record.Item.Title, field) }
	e := envReferences{name: sectionName(record.Project.Label()), bucket: ref(vendors.FieldBucket), keyID: ref(vendors.FieldAccessKeyID),
		secret: ref(vendors.FieldSecretAccessKey), endpoint: ref(vendors.FieldEndpointURL), region: ref(vendors.FieldRegion)}
	if !strings.HasPrefix(e.secret, "op://") {
		s.view.Note("only bh reads references of this store: bh exec runs a command with the keys themselves")
	}
	if flags.json {
		format = "json"
	}
	if format == "json" {
		out := map[string]string{}
		for _, pair := range e.environment() {
			out[pair[0]] = pair[1]
		}
		return s.writeJSON(out)
	}
	text, known := e.text(format)
	if !known {
		return fmt.Errorf("there is no format %q; the formats are dotenv, op, github, rclone, aws and json", format)
	}
	_, err = fmt.Fprint(p.Stdout, text)
	return err
}

// text writes the references in a format.
func (e envReferences) text(format string) (string, bool) {
	var b strings.Builder
	inject := func(reference string) string { return "{{ " + reference + " }}" }
	switch format {
	case "dotenv":
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "%s=\"%s\"\n", pair[0], quoted.Replace(pair[1]))
		}
	case "op":
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "%s=%s\n", pair[0], inject(pair[1]))
		}
	case "github":
		b.WriteString("env:\n")
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "  %s: \"%s\"\n", pair[0], quoted.Replace(pair[1]))
		}
	case "rclone":
		fmt.Fprintf(&b, "[%s]\ntype = s3\nprovider = Other\naccess_key_id = %s\nsecret_access_key = %s\nendpoint = %s\nregion = %s\nno_check_bucket = true\n",
			e.name, inject(e.keyID), inject(e.secret), inject(e.endpoint), inject(e.region))
	case "aws":
		fmt.Fprintf(&b, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\nendpoint_url = %s\nregion = %s\n",
			e.name, inject(e.keyID), inject(e.secret), inject(e.endpoint), inject(e.region))
	default:
		return "", false
	}
	return b.String(), true
}

// quoted makes text safe between double quotes, in a shell and in YAML.
var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

var notInSection = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// sectionName is a project's label as a section of a file can be called.
func sectionName(label string) string {
	return strings.Trim(notInSection.ReplaceAllString(label, "_"), "_")
}
