package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/redact"
	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// execArgs holds the flags and arguments of bh exec.
type execArgs struct {
	project string
	command []string
	stale   bool
	keepEnv bool
}

func execCommand(r *run) *cli.Command {
	return &cli.Command{Name: "exec", Usage: "run one command with a project's stored keys in its environment",
		ArgsUsage: "PROJECT -- COMMAND [ARGUMENTS]",
		Description: "COMMAND gets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3\n" +
			"and AWS_REGION, read from the project's item. It gets no variable that holds\n" +
			"a secret of bh's, whatever its name, and no AWS setting that would mislead\n" +
			"it. AWS_REQUEST_CHECKSUM_CALCULATION and AWS_RESPONSE_CHECKSUM_VALIDATION\n" +
			"are when_required unless set. bh exits with the command's exit code; 127\n" +
			"means that the command was not found, 126 that it cannot be run.",
		Flags: stateFlags(
			&cli.BoolFlag{Name: "stale", Usage: "use the item's keys, even if bh did not store them"},
			&cli.BoolFlag{Name: "keep-env", Usage: "give the command bh's tokens and variables as well"}),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			flags.format, flags.json = "human", false // standard output is the command's
			args := c.Args().Slice()
			if len(args) < 2 {
				return errors.New("bh exec needs a project and a command: bh exec PROJECT -- COMMAND")
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runExec(c.Context, s, execArgs{project: args[0], command: args[1:],
					stale: c.Bool("stale"), keepEnv: c.Bool("keep-env")})
			})
		}}
}

// runExec is bh exec. It reads one item once and makes no call to a cloud. The state is closed before the command runs.
func runExec(ctx context.Context, s *session, a execArgs) error {
	record, snap, err := recorded(ctx, s, a.project)
	var keys vendors.BucketCredentials
	if err == nil {
		keys, err = storedKeys(ctx, s, record, snap, a.stale)
	}
	// From here on, signals are for the command, even before it runs: a signal that ended only bh would leave a
	// command that nobody waits for.
	signals, release := forTheCommand(s.run.interrupts)
	defer release()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	environment := withAWS(childEnvironment(s.config, s.run.secrets, os.Environ(), a.keepEnv),
		func(field string) string { return keys.Field(field).Reveal() })
	return runChild(s, a.command, environment, signals)
}

// misleading lists the settings of AWS clients that would override or contradict those that the command gets.
var misleading = []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY",
	"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_REGION", "AWS_DEFAULT_REGION",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}

// childEnvironment returns the part of bh's environment that a command gets: everything except the variables in
// misleading. Unless keep is set, it also leaves out variables that hold a secret bh works with, the secret variables
// of the declared vendors (which may be set but not used), and bh's own variables (which can be secrets as well).
func childEnvironment(declared *config.Config, secrets *redact.Set, environment []string, keep bool) []string {
	withheld := slices.Clone(misleading)
	for _, connection := range slices.Concat(declared.Clouds, declared.Secrets) {
		vendor, _ := registry.Find(connection.Vendor)
		for _, setting := range vendor.Settings {
			if setting.Secret && !keep {
				withheld = append(withheld, setting.Env...)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(environment), func(pair string) bool {
		name, value, _ := strings.Cut(pair, "=")
		ofBH := strings.HasPrefix(name, "BH_VAR_") || strings.HasPrefix(name, "BH_CLI_ARGS")
		// On Windows, case does not matter; elsewhere, nobody needs a variable that differs only in case.
		return !keep && (ofBH || secrets.Holds(value)) ||
			slices.ContainsFunc(withheld, func(w string) bool { return strings.EqualFold(w, name) })
	})
}
