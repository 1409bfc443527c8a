package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"
)

func importCommand(r *run) *cli.Command {
	return &cli.Command{Name: "import", Usage: "write the blocks that take over a bucket as it is",
		ArgsUsage: "PROJECT | --all | --from-terraform FILE",
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
			"With --from-terraform: the R2 buckets in a state of Terraform or OpenTofu, or\n" +
			"in what terraform show -json prints, with their settings and the tokens that\n" +
			"open them. Keys that a 1Password item holds are taken over; for others the\n" +
			"next apply issues new ones, and revokes the old token after the overlap. What\n" +
			"cannot be carried over is named. No secret is taken from the state, no\n" +
			"provider is asked, and the state stays as it is.\n\n" +
			"--cloud and --secrets are needed if the file has several of them.",
		Flags: vendorFlags(append(scopeFlags(),
			&cli.StringFlag{Name: "bucket", Usage: "take over the bucket `NAME`"},
			&cli.StringFlag{Name: "cloud", Usage: "in the cloud `VENDOR.NAME`"},
			&cli.StringFlag{Name: "jurisdiction", Usage: "in the jurisdiction `NAME`"},
			&cli.StringFlag{Name: "secrets", Usage: "keep the keys in `VENDOR.NAME`"},
			&cli.StringFlag{Name: "item", Usage: "take over what the item `ID` holds"},
			&cli.StringFlag{Name: "owner", Usage: "take it over from the state `STACK@LINEAGE`"},
			&cli.StringFlag{Name: "from-terraform", Usage: "take over what is in the state `FILE`; - is stdin"},
			&cli.BoolFlag{Name: "all", Usage: "take over everything that bh discover lists"},
			&cli.BoolFlag{Name: "write", Usage: "add the blocks to the file"})...),
		Action: func(c *cli.Context) error {
			a, err := readImportArgs(c, r)
			if err != nil {
				return err
			}
			a.format = "human" // for faults: standard output is the result and nothing else
			if a.terraform != "" {
				return importTerraform(c.Context, r, a)
			}
			return inSession(c.Context, r, a.common, func(s *session) error { return runImport(c.Context, s, a) })
		}}
}

func readImportArgs(c *cli.Context, r *run) (importArgs, error) {
	flags, err := r.flags(c)
	a := importArgs{common: flags, bucket: c.String("bucket"), cloud: c.String("cloud"), secrets: c.String("secrets"),
		jurisdiction: c.String("jurisdiction"), item: c.String("item"), owner: c.String("owner"),
		terraform: c.String("from-terraform"), all: c.Bool("all"), write: c.Bool("write")}
	one := a.bucket != "" || a.item != "" || a.jurisdiction != "" || a.owner != "" // flags of one bucket
	switch {
	case err != nil:
	case a.terraform != "" && (c.Args().Present() || one || a.all || len(a.targets)+len(a.exclusions) > 0):
		err = errors.New("--from-terraform takes over all that the state has: it takes no project, and of the other flags " +
			"only --cloud, --secrets and --write")
	case a.all && (c.Args().Present() || one):
		err = errors.New("--all takes no project, and neither --bucket, --item, --jurisdiction nor --owner; " +
			"choose with --target")
	case a.all, a.terraform != "":
	case c.NArg() != 1:
		err = errors.New("bh import needs one project, --all or --from-terraform; see bh import --help")
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
