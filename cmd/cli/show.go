package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/state"
)

func showCommand(r *run) *cli.Command {
	return &cli.Command{Name: "show", Usage: "show the state, one project of it, or a saved plan",
		ArgsUsage: "[PLAN|PROJECT]", Flags: stateFlags(),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return errors.New("bh show takes one plan or one project")
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error { return runShow(c.Context, s, c.Args().First()) })
		}}
}

func runShow(ctx context.Context, s *session, what string) error {
	if what != "" {
		if _, err := os.Stat(what); err == nil {
			plan, err := readPlan(ctx, what)
			if err != nil {
				return err
			}
			s.run.ending.stream()
			s.view.Plan(plan)
			return nil
		}
	}
	list, err := records(ctx, s, what)
	if err != nil {
		return err
	}
	if s.flags.json {
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "projects": documentsOf(list)})
	}
	for i, r := range list {
		if i > 0 {
			_, _ = fmt.Fprintln(s.run.Stdout)
		}
		_, _ = fmt.Fprint(s.run.Stdout, recordText(r, s.reference(ctx), s.columns()))
	}
	if len(list) == 0 {
		_, _ = fmt.Fprintln(s.run.Stdout, "The state holds no projects.")
	}
	return nil
}

// recordDocument is a record as JSON shows it: with its address first, which the state calls project.
type recordDocument struct {
	Address addr.Address `json:"address"`
	state.Record
	Project *struct{} `json:"project,omitempty"` // hides the record's own
}

func documentsOf(list []state.Record) []recordDocument {
	out := make([]recordDocument, 0, len(list))
	for _, r := range list {
		out = append(out, recordDocument{Address: r.Project, Record: r})
	}
	return out
}

// recordText shows one record as text.
func recordText(r state.Record, reference func(connection, id, title string) string, width int) string {
	rows := [][]string{}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{"  " + name, value})
		}
	}
	if r.Bucket != nil {
		add("bucket", r.Cloud+": "+r.Bucket.Name)
	} else if r.Item != nil {
		add("bucket", r.Item.Fields["bucket"])
		add("endpoint_url", r.Item.Fields["endpoint_url"])
	}
	if r.Bucket != nil {
		add("jurisdiction", r.Bucket.Namespace)
	}
	add("location", r.Applied.Location)
	add("storage_class", r.Applied.StorageClass)
	for _, kind := range r.Applied.Settings.Kinds() {
		for _, line := range r.Applied.Settings.Words(kind) {
			add(kind.Block(), line)
		}
	}
	add("access", string(r.Applied.Access))
	add("allowed_ips", strings.Join(r.Applied.AllowedIPs, ", "))
	if r.Active != nil {
		add("access_key_id", r.Active.ID)
		add("issued", words.Time(r.Active.IssuedAt))
		add("expires", words.Time(r.Active.ExpiresAt))
		add("proof", string(r.Proof))
	}
	for _, c := range r.Retiring {
		add("retiring", c.ID+" until "+words.Time(c.RetireAfter))
	}
	if r.Item != nil {
		add("item", reference(r.Secrets, r.Item.ID, r.Item.Title))
	}
	if r.Protected {
		add("protect", "true")
	}
	add("on_destroy", r.OnDestroy)
	return r.Project.String() + "\n" + view.Fields(rows, width)
}
