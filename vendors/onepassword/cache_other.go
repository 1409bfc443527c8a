//go:build !unix

package onepassword

import "io/fs"

// private and owned: a user's cache folder is that user's alone where folders have
// no modes, as on Windows, and their own access lists keep it so.
func private(fs.FileInfo) bool { return true }

func owned(fs.FileInfo) bool { return true }
