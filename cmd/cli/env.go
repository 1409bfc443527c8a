package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
)

func envCommand(p Process) *cli.Command {
	return &cli.Command{Name: "env", Usage: "print references to a project's stored keys, never the keys", ArgsUsage: "PROJECT",
		Flags: append(withoutFormat(commonFlags()), &cli.StringFlag{Name: "format", Value: "dotenv", Usage: "`FORMAT`, see above"}),
		Description: "The formats: dotenv is what op run --env-file takes, github the env of a step\n" +
			"with 1password/load-secrets-action; op, rclone and aws are templates for\nop inject; json is an object.",
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return errors.New("bh env wants one project")
			}
			format := c.String("format")
			if flags.json {
				format = "json"
			}
			flags.format = "human" // of faults: the result has to be one object and nothing beside
			if !slices.Contains(envFormats, format) {
				return fmt.Errorf("there is no format %q; the formats are %s", format, strings.Join(envFormats, ", "))
			}
			return runEnv(c.Context, p, flags, c.Args().First(), format)
		}}
}

// withoutFormat leaves out the common flag that this command has another of.
func withoutFormat(flags []cli.Flag) []cli.Flag {
	return slices.DeleteFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == "format" })
}

// runEnv is bh env: it reads the state, and asks nobody.
func runEnv(ctx context.Context, p Process, flags common, project, format string) (err error) {
	s, err := open(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	if project == "" {
		snap, err := s.readState(ctx)
		if err != nil {
			return err
		}
		return s.projectFault(diag.Diagnostic{Summary: "One project is wanted", Detail: stored(snap), Fix: "Name one that has keys: bh env PROJECT."})
	}
	record, _, err := s.recorded(ctx, project)
	if err != nil {
		return err
	}
	e, err := s.references(ctx, record)
	if err != nil {
		return s.itemFault(record.Project, err, "Correct the block, then repeat the command.")
	}
	if !strings.HasPrefix(e.secret, "op://") && !flags.quiet {
		// Beside the object that --json gives, and no part of it.
		_, _ = fmt.Fprintln(p.Stderr, "Only bh reads references of this store: bh exec runs a command with the keys themselves.")
	}
	if format == "json" {
		out := map[string]string{}
		for _, pair := range e.environment() {
			out[pair[0]] = pair[1]
		}
		return s.writeJSON(out)
	}
	_, err = fmt.Fprint(p.Stdout, e.text(format))
	return err
}

// references names what a project's item holds, in words of its store.
func (s *session) references(ctx context.Context, r state.Record) (envReferences, error) {
	store, err := s.connections.Store(ctx, r.Secrets)
	if err != nil {
		return envReferences{}, err
	}
	ref := func(field string) string { return store.Reference(r.Item.ID, r.Item.Title, field) }
	return envReferences{project: r.Project.Label(), cloudflare: strings.HasSuffix(strings.TrimSuffix(r.Item.Fields[vendors.FieldEndpointURL], "/"), ".r2.cloudflarestorage.com"),
		bucket: ref(vendors.FieldBucket), keyID: ref(vendors.FieldAccessKeyID), secret: ref(vendors.FieldSecretAccessKey),
		endpoint: ref(vendors.FieldEndpointURL), region: ref(vendors.FieldRegion)}, nil
}
