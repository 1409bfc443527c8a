package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/state"
)

func showCommand(p Process) *cli.Command {
	return &cli.Command{Name: "show", Usage: "show the state, one project of it, or a saved plan", ArgsUsage: "[PLAN|PROJECT]", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return errors.New("bh show takes one plan or one project")
			}
			return runShow(c.Context, p, flags, c.Args().First())
		}}
}

func runShow(ctx context.Context, p Process, flags common, what string) (err error) {
	s, err := open(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	if what != "" {
		if _, err := os.Stat(what); err == nil {
			plan, err := readPlan(ctx, what, "")
			if err != nil {
				return err
			}
			p.ending.goOn()
			s.view.Plan(plan)
			return nil
		}
	}
	records, err := s.records(ctx, what)
	if err != nil {
		return err
	}
	if flags.json {
		return s.writeJSON(map[string]any{"format": state.Format, "projects": records})
	}
	for i, r := range records {
		if i > 0 {
			_, _ = fmt.Fprintln(p.Stdout)
		}
		_, _ = fmt.Fprint(p.Stdout, recordText(r, s.reference(ctx)))
	}
	if len(records) == 0 {
		_, _ = fmt.Fprintln(p.Stdout, "The state holds no projects.")
	}
	return nil
}

// records gives the records of the state by address: all, or those of one project.
func (s *session) records(ctx context.Context, what string) ([]state.Record, error) {
	snap, err := s.readState(ctx)
	if err != nil {
		return nil, err
	}
	keep := func(addr.Project) bool { return true }
	if what != "" {
		wanted, err := addr.Parse(what)
		if err != nil {
			return nil, fmt.Errorf("%w; and %s is no plan file: %w", err, what, fs.ErrNotExist)
		}
		keep = func(p addr.Project) bool { return p == wanted || p.Name == wanted.Name && wanted.Key == "" }
	}
	out := []state.Record{}
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Project.Compare) {
		if keep(p) {
			out = append(out, snap.Records[p])
		}
	}
	if what != "" && len(out) == 0 {
		var names []string
		for p := range snap.Records {
			names = append(names, p.Label())
		}
		hint := ""
		if close := nearest(strings.TrimPrefix(what, "project."), names); close != "" {
			hint = fmt.Sprintf("; did you mean %s", close)
		}
		return nil, fmt.Errorf("the state knows no project %s%s", what, hint)
	}
	return out, nil
}

// writeJSON answers with one document, and nothing beside it on standard output.
func (s *session) writeJSON(value any) error {
	s.p.ending.answered = true
	enc := json.NewEncoder(s.p.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// recordText is one record as a small page.
func recordText(r state.Record, reference func(connection, id, title string) string) string {
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
	return r.Project.String() + "\n" + view.Table(rows)
}

// table gives rows as wide as the terminal is; whole where there is none.
func (s *session) table(rows [][]string) string {
	if !s.p.StdoutTTY {
		return view.Table(rows)
	}
	return view.TableWithin(rows, s.p.Width)
}
