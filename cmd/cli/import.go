package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

func importCommand(r *run) *cli.Command {
	return &cli.Command{Name: "import", Usage: "write the blocks that take over a bucket as it is",
		ArgsUsage: "PROJECT | --all",
		Description: "Reads the bucket, and prints a project block that declares it as it is and\n" +
			"an import block that takes it over; with --write they are added to the file,\n" +
			"which otherwise stays as it is, or to imported.hcl if --file is a folder.\n" +
			"The next plan then only adopts the bucket: it does not change it, but\n" +
			"issues a credential and stores it. With --item, the credential that the item\n" +
			"holds is taken over as well.\n\n" +
			"What another state owns is taken over only with --owner STACK@LINEAGE, as\n" +
			"bh discover shows it. From then on, that state refuses to change it.\n\n" +
			"With --all: every bucket that bh discover lists and that no other state\n" +
			"owns. --target and --exclude match names of buckets and of projects.\n\n" +
			"--cloud and --secrets are needed if the file has several of them.",
		Flags: commonFlags(append(scopeFlags(),
			&cli.StringFlag{Name: "bucket", Usage: "take over the bucket `NAME`"},
			&cli.StringFlag{Name: "cloud", Usage: "in the cloud `VENDOR.NAME`"},
			&cli.StringFlag{Name: "jurisdiction", Usage: "in the jurisdiction `NAME`"},
			&cli.StringFlag{Name: "secrets", Usage: "keep the keys in `VENDOR.NAME`"},
			&cli.StringFlag{Name: "item", Usage: "take over what the item `ID` holds"},
			&cli.StringFlag{Name: "owner", Usage: "take it over from the state `STACK@LINEAGE`"},
			&cli.BoolFlag{Name: "all", Usage: "take over everything that bh discover lists"},
			&cli.BoolFlag{Name: "write", Usage: "add the blocks to the file"})...),
		Action: func(c *cli.Context) error {
			a, err := readImportArgs(c, r)
			if err != nil {
				return err
			}
			a.format = "human" // for faults: standard output is the result and nothing else
			return inSession(c.Context, r, a.common, func(s *session) error { return runImport(c.Context, s, a) })
		}}
}

func readImportArgs(c *cli.Context, r *run) (importArgs, error) {
	flags, err := r.flags(c)
	a := importArgs{common: flags, bucket: c.String("bucket"), cloud: c.String("cloud"), secrets: c.String("secrets"),
		jurisdiction: c.String("jurisdiction"), item: c.String("item"), owner: c.String("owner"),
		all: c.Bool("all"), write: c.Bool("write")}
	switch {
	case err != nil:
	case a.all && (c.Args().Present() || a.bucket != "" || a.item != "" || a.jurisdiction != "" || a.owner != ""):
		err = errors.New("--all takes no project, and neither --bucket, --item, --jurisdiction nor --owner; " +
			"choose with --target")
	case a.all:
	case c.NArg() != 1:
		err = errors.New("bh import needs one project, or --all; see bh import --help")
	case len(a.targets)+len(a.exclusions) > 0:
		err = errors.New("--target and --exclude need --all")
	default:
		a.typed = c.Args().First()
	}
	return a, err
}

func runImport(ctx context.Context, s *session, a importArgs) error {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return err
	}
	if !a.all {
		named, err := s.projects(snap, a.typed)
		if err != nil {
			return err
		}
		a.project = named[0]
	}
	i, err := newImporter(ctx, s, a, snap)
	if err != nil {
		return err
	}
	imports := i.one
	if a.all {
		imports = i.all
	}
	list, err := imports(ctx)
	if err != nil {
		return err
	}
	return writeImports(s, a, list)
}

// writeImports shows the blocks, or adds them to the file.
func writeImports(s *session, a importArgs, list []config.Existing) error {
	if len(list) == 0 {
		s.view.Note("There is nothing to import.")
		return nil
	}
	blocks := config.Generate(list)
	path, text, faults, err := withBlocks(s, blocks)
	if err != nil {
		return err
	}
	if faults.HasErrors() {
		s.view.Diagnostics(faults)
		return s.fail(diag.Diagnostic{Kind: blocksDoNotFit,
			Detail: "With them, " + path + " would have the errors above. Nothing was written.",
			Fix: "Choose another name, or write the blocks by hand: " +
				"without --write, this command prints them."})
	}
	if a.write {
		// They are names of providers, and the file is shared like what is printed.
		if s.run.secrets.Replace(string(blocks)) != string(blocks) {
			return s.fail(diag.Diagnostic{Kind: secretInBlocks,
				Detail: path + " was not changed.", Fix: twoUses})
		}
		if err := addBlocks(path, text); err != nil {
			return err
		}
	}
	switch {
	case a.json:
		var projects []string
		for _, e := range list {
			projects = append(projects, e.To.String())
		}
		return s.writeJSON(map[string]any{"projects": projects, "hcl": string(blocks), "file": path, "written": a.write})
	case a.write:
		_, err = fmt.Fprintf(s.run.Stdout, "Added %s to %s. Next: bh plan, bh apply.\n",
			words.Count(len(list), "import"), path)
	default:
		if _, err = s.run.Stdout.Write(blocks); err == nil {
			s.view.Note("With --write this is added to " + path + ".")
		}
	}
	return err
}
