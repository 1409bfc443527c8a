package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// execArgs are what bh exec is asked for.
type execArgs struct {
	common
	project string
	command []string
	stale   bool
	keepEnv bool
}

func execCommand(p Process) *cli.Command {
	return &cli.Command{Name: "exec", Usage: "run one command with a project's stored keys in its environment", ArgsUsage: "PROJECT -- COMMAND [ARGUMENTS]",
		Description: "COMMAND gets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3\n" +
			"and AWS_REGION, read from the project's item, and neither the tokens that bh\n" +
			"works with nor other AWS settings that would mislead it. bh ends with its\nexit code; 127 is for a command not found, 126 for one that cannot be run.",
		Flags: commonFlags(
			&cli.BoolFlag{Name: "stale", Usage: "use the item's keys, even if bh did not store them"},
			&cli.BoolFlag{Name: "keep-env", Usage: "give the command bh's tokens and variables as well"}),
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			flags.format, flags.json = "human", false // standard output is the command's
			args := c.Args().Slice()
			if len(args) < 2 {
				return errors.New("bh exec wants a project and a command: bh exec PROJECT -- COMMAND")
			}
			return runExec(c.Context, p, execArgs{common: flags, project: args[0], command: args[1:], stale: c.Bool("stale"), keepEnv: c.Bool("keep-env")})
		}}
}

// runExec is bh exec: one read of one item, and no call to a cloud. The state is let
// go of before the command runs.
func runExec(ctx context.Context, p Process, a execArgs) (err error) {
	s, err := open(ctx, p, a.common)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	record, snap, err := s.recorded(ctx, a.project)
	var keys vendors.BucketCredentials
	if err == nil {
		keys, err = s.storedKeys(ctx, record, snap, a.stale)
	}
	// From here on signals are for the command, even before it runs: one that ended bh
	// alone would leave a command that nobody waits for.
	signals, release := forTheCommand(p.interrupts)
	defer release()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	environment := append(s.childEnvironment(os.Environ(), a.keepEnv), "AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey.Reveal(),
		"AWS_ENDPOINT_URL_S3="+keys.EndpointURL, "AWS_REGION="+keys.Region)
	return s.runChild(a.command, environment, signals)
}

// misleading are settings of AWS clients that would win over, or contradict, the
// ones that the command gets.
var misleading = []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}

// childEnvironment is what a command gets of bh's environment: not the secrets that
// the declared vendors take from it, and not bh's variables, which can be secrets as
// well, unless they are asked for.
func (s *session) childEnvironment(environment []string, keep bool) []string {
	withheld := slices.Clone(misleading)
	for _, connection := range slices.Concat(s.config.Clouds, s.config.Secrets) {
		vendor, _ := registry.Find(connection.Vendor)
		for _, setting := range vendor.Settings {
			if setting.Secret && !keep {
				withheld = append(withheld, setting.Env...)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(environment), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		ofBH := strings.HasPrefix(name, "BH_VAR_") || strings.HasPrefix(name, "BH_CLI_ARGS")
		// Case counts for nothing on Windows, and what differs by it alone is no loss elsewhere.
		return ofBH && !keep || slices.ContainsFunc(withheld, func(w string) bool { return strings.EqualFold(w, name) })
	})
}
