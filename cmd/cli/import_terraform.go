package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"buckethead/cmd/terraform"
	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/write"
	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	"buckethead/vendors/onepassword"
	"buckethead/vendors/parallel"
)

// importTerraform writes blocks for what a state of Terraform has. There may be no file of bh yet.
func importTerraform(ctx context.Context, r *run, a importArgs) error {
	a.common = a.partly()
	return inSessionWithFaults(ctx, r, a.common, func(s *session, faults diag.List) error {
		fresh := len(faults) == 1 && len(s.config.Sources) == 0 && errors.Is(faults[0].Cause, os.ErrNotExist)
		if !fresh {
			if err := s.report(faults); err != nil {
				return err
			}
		}
		state, err := s.readTerraform(ctx, a.terraform)
		if err != nil {
			return err
		}
		m := &mover{session: s, args: a, fresh: fresh, titles: map[string]bool{}}
		o, err := m.options()
		if err != nil {
			return err
		}
		m.out = terraform.Convert(state, o)
		return m.write(state)
	})
}

// readTerraform reads a state, from standard input if the name is "-".
func (s *session) readTerraform(ctx context.Context, name string) (*terraform.State, error) {
	text, err := parallel.Await(ctx, func() ([]byte, error) {
		in := s.run.Stdin
		if name != "-" {
			file, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			defer file.Close()
			in = file
		}
		return io.ReadAll(io.LimitReader(in, terraform.MaxSize+1))
	})
	if err != nil {
		return nil, fmt.Errorf("read the Terraform state: %w", err)
	}
	state, err := terraform.Read(text)
	var format *terraform.FormatError
	if errors.As(err, &format) {
		return nil, s.fail(diag.Diagnostic{Kind: notTerraform, Detail: format.Detail, Fix: format.Fix})
	}
	return state, err
}

// mover makes blocks of what a state of Terraform becomes.
type mover struct {
	session *session
	args    importArgs
	fresh   bool // there is no file yet
	out     terraform.Converted
	titles  map[string]bool // of items, in lower case: references tell no case
}

// options says what the files declare.
func (m *mover) options() (terraform.Options, error) {
	c := m.session.config
	o := terraform.Options{Declared: map[terraform.Place]string{}, Taken: map[string]bool{}, Now: m.session.run.Now()}
	for _, x := range c.Clouds {
		if x.Vendor == cloudflare.Vendor.Name {
			o.Clouds = append(o.Clouds, terraform.Cloud{Address: x.Address(), Account: x.Settings.Text("account_id"),
				User: x.Settings.Text("token_kind") == "user"})
		}
	}
	if m.args.cloud != "" {
		named, err := chosen("cloud", m.args.cloud, c.Clouds, false)
		if err != nil {
			return o, err
		}
		kept := o.Clouds[:0]
		for _, x := range o.Clouds {
			if x.Address == named {
				kept = append(kept, x)
			}
		}
		if o.Clouds = kept; len(kept) == 0 {
			return o, fmt.Errorf("--cloud is %s, and the buckets are Cloudflare's: name a cloudflare_r2 block", named)
		}
	}
	if len(c.Secrets) > 0 || m.args.secrets != "" {
		named, err := chosen("secrets", m.args.secrets, c.Secrets, false)
		if err != nil {
			return o, err
		}
		o.Store = storeOf(c.Secrets, named)
	}
	taken := func(names ...string) {
		for _, name := range names {
			o.Taken[strings.ToLower(name)] = true
		}
	}
	taken(c.Names...)
	for i := range c.Projects {
		p := &c.Projects[i]
		o.Declared[terraform.Place{Cloud: p.Cloud, Bucket: p.Bucket.ID}] = p.Addr.String()
		taken(p.Addr.Name)
		m.titles[strings.ToLower(p.ItemTitle)] = true
	}
	for _, x := range c.Moved {
		taken(x.From.Name, x.To.Name)
	}
	for _, x := range c.Removed {
		taken(x.From.Name)
	}
	return o, nil
}

func storeOf(declared []config.Connection, address string) *terraform.Store {
	x, _ := config.Find(declared, address)
	s := &terraform.Store{Address: address, OnePassword: x.Vendor == onepassword.Vendor.Name, Vault: x.Settings.Text("vault"),
		KeyLabel: vendors.FieldAccessKeyID, SecretLabel: vendors.FieldSecretAccessKey}
	for name, label := range x.Settings["fields"].Map {
		switch name {
		case vendors.FieldAccessKeyID:
			s.KeyLabel = label
		case vendors.FieldSecretAccessKey:
			s.SecretLabel = label
		}
	}
	return s
}

// write shows what becomes of a state, and adds it to the file.
func (m *mover) write(state *terraform.State) error {
	for _, title := range state.Titles {
		m.titles[strings.ToLower(title)] = true
	}
	list, kept := m.existing()
	reportMove(m.session, m.out, kept, state.Tofu)
	if len(list) == 0 && !m.args.json {
		m.session.view.Note("There is nothing to import.")
		return nil
	}
	blocks, _ := config.Format(append([]byte(m.connections()), config.Generate(list)...), "") // generated, and so never faulty
	return writeBlocks(m.session, m.args, list, blocks, map[string]any{"left": orEmpty(m.out.Left), "keys": keysOf(kept), "forget": addressesOf(kept)})
}

// existing returns the projects as they are to be written, and those of them that can be.
func (m *mover) existing() (list []config.Existing, kept []terraform.Project) {
	c := m.session.config
	severalClouds := len(c.Clouds) > 1 || len(c.Clouds) == 1 && m.out.Cloud != nil
	for _, p := range m.out.Projects {
		spec, left, err := config.Declarable(cloudflare.Vendor, p.Bucket)
		if err != nil {
			m.leave(p.Addresses[0], "its bucket cannot be declared: "+err.Error())
			continue
		}
		for _, what := range left {
			m.leave(p.Addresses[0], "of its bucket "+spec.ID.Name+", this is left out and stays as it is: "+what)
		}
		e := config.Existing{To: addr.Address{Kind: addr.Project, Name: p.Name}, Bucket: spec, Access: p.Access, AllowedIPs: p.AllowedIPs,
			ExpiresAfter: p.ExpiresAfter}
		if severalClouds {
			e.Cloud = p.Cloud
		}
		if len(c.Secrets) > 1 {
			e.Secrets = strings.TrimPrefix(m.args.secrets, "secrets.")
		}
		if p.Token != nil {
			e.AccessKeyID = p.Token.ID
		}
		title := m.freeTitle(p.Name)
		if p.Item != nil {
			e.Item, title = p.Item.ID, p.Item.Title
		}
		if m.titles[strings.ToLower(title)] = true; title != p.Name {
			e.ItemTitle = title
		}
		list, kept = append(list, e), append(kept, p)
	}
	return list, kept
}

func (m *mover) leave(address, reason string) {
	m.out.Left = append(m.out.Left, terraform.Left{Address: address, Reason: reason})
}

// freeTitle returns the name, or with a number if an item has that title.
func (m *mover) freeTitle(name string) string {
	title := name
	for n := 2; m.titles[strings.ToLower(title)]; n++ {
		title = fmt.Sprintf("%s %d", name, n)
	}
	return title
}

// connections writes the blocks that the files lack.
func (m *mover) connections() string {
	var b strings.Builder
	if m.fresh {
		folder, err := filepath.Abs(m.session.config.Dir)
		if err != nil {
			folder = ""
		}
		fmt.Fprintf(&b, "bh {\nstack = %s\n}\n\n", write.Quoted(config.StackNameFor(filepath.Base(folder))))
	}
	if c := m.out.Cloud; c != nil {
		b.WriteString("cloud \"cloudflare_r2\" \"main\" {\n")
		if c.Account != "" {
			b.WriteString("account_id = " + write.Quoted(c.Account) + "\n")
		}
		if c.User {
			b.WriteString("token_kind = \"user\"\n")
		}
		b.WriteString("}\n\n")
	}
	switch s := m.out.Store; {
	case len(m.session.config.Secrets) > 0:
	case s == nil:
		b.WriteString("secrets \"age_file\" \"main\" {}\n\n")
	default:
		b.WriteString("secrets \"onepassword\" \"main\" {\nvault = " + write.Quoted(s.Vault) + "\n")
		if m.session.run.get("OP_CONNECT_HOST") != "" && m.session.run.get("OP_CONNECT_TOKEN") != "" {
			b.WriteString("on_delete = \"delete\" # a Connect server cannot archive items\n")
		}
		b.WriteString(fieldsLine(*s) + "}\n\n")
	}
	return b.String()
}

// fieldsLine names the labels that differ from bh's own.
func fieldsLine(s terraform.Store) string {
	var parts []string
	for _, f := range [][2]string{{vendors.FieldAccessKeyID, s.KeyLabel}, {vendors.FieldSecretAccessKey, s.SecretLabel}} {
		if f[0] != f[1] {
			parts = append(parts, f[0]+" = "+write.Quoted(f[1]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "fields = { " + strings.Join(parts, ", ") + " }\n"
}
