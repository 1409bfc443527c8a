//go:build !unix

package onepassword

import "io/fs"

// Where folders have no modes, as on Windows, access lists make a user's cache folder private.
func private(fs.FileInfo) bool { return true }

func owned(fs.FileInfo) bool { return true }
