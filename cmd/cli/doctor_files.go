package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"buckethead/config"
	"buckethead/config/words"
	"buckethead/vendors/registry"
)

// keyFiles checks where the keys for a store's files are kept.
func (d *checkup) keyFiles(ctx context.Context, c config.Connection) {
	vendor, _ := registry.Find(c.Vendor)
	if vendor.Files == nil {
		return
	}
	given, variables := givenKey(vendor, c)
	ways := append([]string{"another path"}, variables...)
	stored, keys := vendor.Files(c.Settings)
	for _, key := range keys {
		if is, _ := tracked(ctx, d.session.config, d.session.beside(key)); is {
			d.bad("key", key+" is tracked by git: anyone with the repository can open what it opens",
				"Remove it with git rm --cached "+words.FileInShell(key)+". The history keeps it: where others have the repository, "+
					"use a new key, and replace what it opened: bh rotate PROJECT --no-overlap.")
			continue
		}
		for _, file := range stored {
			if !given && filepath.Dir(key) == filepath.Dir(file) {
				d.good("key", fmt.Sprintf("%s is next to %s, which it opens: anyone who copies the folder has both; %s keeps them apart",
					key, file, strings.Join(ways, " or ")), "")
			}
		}
	}
}
