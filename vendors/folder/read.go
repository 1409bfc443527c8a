package folder

import (
	"fmt"
	"io"
	"io/fs"
)

// Read reads one of bh's own files that others may be able to write. It returns an error for a
// file that is not regular or is larger than most bytes: reading a pipe or a device might never
// end.
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
		return nil, fmt.Errorf("%s has more than %d bytes, more than bh ever writes", name, most)
	}
	return text, err
}
