package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// importArgs are what bh import is asked for.
type importArgs struct {
	common
	project      addr.Project // zero with all
	bucket       string
	cloud        string
	secrets      string
	jurisdiction string
	item         string
	all, write   bool
}

func importCommand(p Process) *cli.Command {
	return &cli.Command{Name: "import", Usage: "write the blocks that take over a bucket as it is", ArgsUsage: "PROJECT | --all",
		Description: "Reads the bucket, and prints a project block that declares it as it is and\n" +
			"an import block that takes it over; with --write they are added to the file,\n" +
			"where nothing else is touched, or to imported.hcl where --file is a folder.\n" +
			"The next plan shows an adoption alone: it changes nothing of the bucket,\n" +
			"issues a credential and stores it. With --item, the credential that the item\n" +
			"holds is taken over, too.\n\n" +
			"With --all: every bucket that bh discover lists and that is not another\n" +
			"stack's. --target and --exclude go by names of buckets and of projects.\n\n" +
			"--cloud and --secrets are needed where the file has several of them.",
		Flags: commonFlags(append(scopeFlags(),
			&cli.StringFlag{Name: "bucket", Usage: "take over the bucket `NAME`"},
			&cli.StringFlag{Name: "cloud", Usage: "of the cloud `VENDOR.NAME`"},
			&cli.StringFlag{Name: "jurisdiction", Usage: "of the jurisdiction `NAME`"},
			&cli.StringFlag{Name: "secrets", Usage: "keep the keys in `VENDOR.NAME`"},
			&cli.StringFlag{Name: "item", Usage: "take over what the item `ID` holds"},
			&cli.BoolFlag{Name: "all", Usage: "take over all that bh discover lists"},
			&cli.BoolFlag{Name: "write", Usage: "add the blocks to the file"})...),
		Action: func(c *cli.Context) error {
			a, err := readImportArgs(c, p)
			if err != nil {
				return err
			}
			a.format = "human" // of faults: the result has to be one object and nothing beside
			return runImport(c.Context, p, a)
		}}
}

func readImportArgs(c *cli.Context, p Process) (importArgs, error) {
	flags, err := readCommon(c, p)
	a := importArgs{common: flags, bucket: c.String("bucket"), cloud: c.String("cloud"), secrets: c.String("secrets"),
		jurisdiction: c.String("jurisdiction"), item: c.String("item"), all: c.Bool("all"), write: c.Bool("write")}
	switch {
	case err != nil:
	case a.all && (c.Args().Present() || a.bucket != "" || a.item != "" || a.jurisdiction != ""):
		err = errors.New("--all takes no project, and neither --bucket, --item nor --jurisdiction; choose with --target")
	case a.all:
	case c.NArg() != 1:
		err = errors.New("bh import wants one project, or --all; see bh import --help")
	case len(a.targets)+len(a.exclusions) > 0:
		err = errors.New("--target and --exclude choose among --all")
	default:
		a.project, err = addr.Parse(c.Args().First())
	}
	return a, err
}

func runImport(ctx context.Context, p Process, a importArgs) (err error) {
	s, err := open(ctx, p, a.common)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	list, err := s.importable(ctx, a)
	if err == nil {
		err = s.imported(a, list)
	}
	return err
}

// importable gives what is to be taken over, as it was found.
func (s *session) importable(ctx context.Context, a importArgs) ([]config.Existing, error) {
	snap, err := s.readState(ctx)
	if err != nil {
		return nil, err
	}
	i, err := s.newImporter(ctx, a, snap)
	if err != nil {
		return nil, err
	}
	if a.all {
		return i.all()
	}
	return i.one()
}

// importFault shows why something cannot be imported.
func (s *session) importFault(d diag.Diagnostic) error {
	d.Severity = diag.Error
	if d.Code == "" {
		d.Code = "BH5020"
	}
	if d.Summary == "" {
		d.Summary = "This cannot be imported"
	}
	s.view.Diagnostics(diag.List{d})
	return exitCode(exitError)
}

// imported shows the blocks, or adds them to the file.
func (s *session) imported(a importArgs, list []config.Existing) error {
	if len(list) == 0 {
		s.view.Note("There is nothing to import.")
		return nil
	}
	blocks := config.Generate(list)
	path, text, diags, err := s.withBlocks(blocks)
	if err != nil {
		return err
	}
	if diags.HasErrors() {
		s.view.Diagnostics(diags)
		return s.importFault(diag.Diagnostic{Code: "BH5022", Summary: "The blocks do not fit the file", Detail: "With them, " + path + " would have the faults above. Nothing was written.",
			Fix: "Choose another name, or write the blocks by hand: without --write this command prints them where they fit."})
	}
	if a.write {
		if err := s.addBlocks(path, text); err != nil {
			return err
		}
	}
	if a.json {
		var projects []string
		for _, e := range list {
			projects = append(projects, e.To.String())
		}
		return s.writeJSON(map[string]any{"projects": projects, "hcl": string(blocks), "file": path, "written": a.write})
	}
	if a.write {
		_, err = fmt.Fprintf(s.p.Stdout, "Added %s to %s. Next: bh plan, bh apply.\n", words.Count(len(list), "import"), path)
		return err
	}
	if _, err = s.p.Stdout.Write(blocks); err == nil {
		s.view.Note("With --write this is added to " + path + ".")
	}
	return err
}
