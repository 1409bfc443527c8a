package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
)

func envCommand(r *run) *cli.Command {
	return &cli.Command{Name: "env", Usage: "print references to a project's stored keys, never the keys",
		ArgsUsage: "PROJECT", Flags: formatFlag(commonFlags(
			&cli.BoolFlag{Name: "by-id", Usage: "name the item by its id: titles can be ambiguous"}), "dotenv"),
		Description: "The formats: dotenv is what op run --env-file takes, github the env of a step\n" +
			"with 1password/load-secrets-action; op, rclone and aws are templates for\n" +
			"op inject; json is an object.",
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return errors.New("bh env wants one project")
			}
			format, err := ownFormat(c, envFormats)
			if err != nil {
				return err
			}
			flags.format = "human" // for faults: standard output is the result and nothing else
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runEnv(c.Context, s, c.Args().First(), format, c.Bool("by-id"))
			})
		}}
}

// runEnv is bh env. It reads only the state.
func runEnv(ctx context.Context, s *session, project, format string, byID bool) error {
	if project == "" {
		snap, _, err := s.readState(ctx)
		if err != nil {
			return err
		}
		return projectFault(s, diag.Diagnostic{Summary: "One project is wanted", Detail: stored(snap),
			Fix: "Name one that has keys: bh env PROJECT."})
	}
	record, _, err := recorded(ctx, s, project)
	if err != nil {
		return err
	}
	if byID {
		record.Item.Title = "" // a store names an item without a title by its id
	}
	e, err := references(ctx, s, record)
	if err != nil {
		return itemFault(s, record.Project, err, "Correct the block, then repeat the command.")
	}
	if !strings.HasPrefix(e.secret, "op://") && !s.flags.quiet {
		// It goes to standard error, so that it is not part of the object that --json writes.
		_, _ = fmt.Fprintln(s.run.Stderr,
			"Only bh reads references of this store: bh exec runs a command with the keys themselves.")
	}
	if format == "json" {
		out := map[string]string{}
		for _, pair := range e.environment() {
			out[pair[0]] = pair[1]
		}
		return s.writeJSON(out)
	}
	_, err = fmt.Fprint(s.run.Stdout, e.text(format))
	return err
}

// references returns the references to what a project's item holds.
func references(ctx context.Context, s *session, r state.Record) (envReferences, error) {
	var err error
	ref := func(field string) string {
		text, fault := s.connections.Reference(ctx, r.Secrets, r.Item.ID, r.Item.Title, field)
		err = cmp.Or(err, fault)
		return text
	}
	endpoint := strings.TrimSuffix(r.Item.Fields[vendors.FieldEndpointURL], "/")
	out := envReferences{project: r.Project.Label(), cloudflare: strings.HasSuffix(endpoint, ".r2.cloudflarestorage.com"),
		bucket: ref(vendors.FieldBucket), keyID: ref(vendors.FieldAccessKeyID), secret: ref(vendors.FieldSecretAccessKey),
		endpoint: ref(vendors.FieldEndpointURL), region: ref(vendors.FieldRegion)}
	return out, err
}
