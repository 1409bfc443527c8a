//go:build unix

package onepassword

import (
	"io/fs"
	"os"
	"syscall"
)

// private reports whether only its owner, who is us, can use a folder.
func private(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 && owned(info) }

func owned(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
