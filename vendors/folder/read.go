package folder

import (
	"fmt"
	"io"
	"io/fs"
)

// Read reads a file of bh's own that others may be able to write. What is not a regular file, or
// has more than most bytes, is an error: a pipe would never end, and a device never stop.
func Read(files fs.FS, name string, most int64) (text []byte, err error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err = io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(text)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes, which bh does not write", name, most)
	}
	return text, err
}
