package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
)

func envCommand(r *run) *cli.Command {
	return &cli.Command{Name: "env", Usage: "print references to a project's stored keys, never the keys",
		ArgsUsage: "PROJECT", Flags: formatFlag(stateFlags(
			&cli.BoolFlag{Name: "by-id", Usage: "name the item by its id: titles can be ambiguous"},
			&cli.StringFlag{Name: "names", Value: envNames[0],
				Usage: "buckethead or aws variables"}), "dotenv"),
		Description: "Formats: dotenv, for op run --env-file; docker, for docker run --env-file;\n" +
			"github, the env of a step with 1password/load-secrets-action; op, rclone and\n" +
			"aws, templates for op inject; json, an object. With --names aws, the\n" +
			"variables are those that bh exec sets.",
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return errors.New("bh env needs one project")
			}
			format, err := ownFormat(c, envFormats)
			if err != nil {
				return err
			}
			names, err := ownNames(c, format)
			if err != nil {
				return err
			}
			flags.format = "human" // for faults: standard output is the result and nothing else
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runEnv(c.Context, s, envArgs{project: c.Args().First(), format: format, names: names, byID: c.Bool("by-id")})
			})
		}}
}

// envArgs holds the flags and arguments of bh env.
type envArgs struct {
	project, format, names string
	byID                   bool
}

// ownNames returns the names of variables that the flags ask for.
func ownNames(c *cli.Context, format string) (string, error) {
	names := c.String("names")
	if !slices.Contains(envNames, names) {
		return "", fmt.Errorf("--names is %q; it must be %s", names, strings.Join(envNames, " or "))
	}
	if c.IsSet("names") && (format == "rclone" || format == "aws") {
		return "", fmt.Errorf("--names is for variables; the format %s has none", format)
	}
	return names, nil
}

// runEnv is bh env. It reads only the state, unless a reference needs the id of a vault, or bh did not choose where
// the fields of an item are.
func runEnv(ctx context.Context, s *session, a envArgs) error {
	if a.project == "" {
		snap, _, err := s.readState(ctx)
		if err != nil {
			return err
		}
		return s.fail(diag.Diagnostic{Kind: oneProjectNeeded, Detail: stored(snap),
			Fix: "Name one that has keys: bh env PROJECT."})
	}
	record, _, err := recorded(ctx, s, a.project)
	if err != nil {
		return err
	}
	if a.byID {
		record.Item.Title = "" // a store names an item without a title by its id
	}
	e, err := references(ctx, s, record)
	if err != nil {
		return referenceFault(s, record.Project, err)
	}
	e.names = a.names
	if e.unseen {
		_, _ = fmt.Fprintf(s.run.Stderr, "bh did not read the item, because %s cannot be opened here. Its fields may be in other\n"+
			"sections than these references say; with credentials for the store, bh env checks.\n", record.Secrets)
	}
	if !strings.HasPrefix(e.fields[vendors.FieldSecretAccessKey], "op://") && !s.flags.quiet {
		// It goes to standard error, so that it is not part of the object that --json writes.
		_, _ = fmt.Fprintln(s.run.Stderr,
			"Only bh can read references to this store; bh exec runs a command with the keys themselves.")
	}
	if a.format == "json" {
		out := map[string]string{}
		for _, v := range e.environment() {
			out[v.name] = v.text
		}
		return s.writeJSON(out)
	}
	if err := e.onOneLine(); err != nil {
		return referenceFault(s, record.Project, err)
	}
	_, err = fmt.Fprint(s.run.Stdout, e.text(a.format))
	return err
}

// references returns references to the fields of a project's item.
func references(ctx context.Context, s *session, r state.Record) (envReferences, error) {
	endpoint := strings.TrimSuffix(r.Item.Fields[vendors.FieldEndpointURL], "/")
	out := envReferences{project: r.Project.Label(), cloudflare: strings.HasSuffix(endpoint, ".r2.cloudflarestorage.com"),
		fields: map[string]string{}}
	item := "" // to read: an item that is not recorded with the layout that the store writes
	if shape := s.connections.Shape(r.Secrets); shape != r.Item.Shape {
		item = r.Item.ID
	}
	_, err := s.connections.Reference(ctx, r.Secrets, r.Item.ID, r.Item.Title, vendors.FieldBucket)
	if item != "" || errors.Is(err, vendors.ErrInvalid) {
		asked, err := s.connections.LearnReferences(ctx, r.Secrets, item)
		if err != nil {
			return out, err
		}
		out.unseen = item != "" && !asked
	}
	for _, field := range vendors.FieldNames() {
		text, err := s.connections.Reference(ctx, r.Secrets, r.Item.ID, r.Item.Title, field)
		if err != nil {
			return out, err
		}
		out.fields[field] = text
	}
	return out, nil
}

// referenceFault shows why there are no references to a project's keys, and returns an exit code.
func referenceFault(s *session, p addr.Address, err error) error {
	if told := s.lacking(err); told != nil {
		return told
	}
	return s.fail(diag.Diagnostic{Kind: noReference, Address: p,
		Detail: sentence(err), Fix: "Correct the secrets block, then run the command again.", Cause: err})
}
