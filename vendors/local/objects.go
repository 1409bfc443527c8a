package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"buckethead/vendors"
)

const (
	// probeLimit is how many objects a probe counts before it says that there are more.
	probeLimit = 10_000
	// batch is how many entries of a folder are read at once.
	batch = 256
)

// ProbeEmptiness counts the objects in a bucket, in all its folders, up to 10,000. An empty
// folder counts as one object, because it keeps the bucket from being deleted. The error is
// ErrNotFound if there is no such bucket.
func (c *Cloud) ProbeEmptiness(ctx context.Context, id vendors.BucketID) (vendors.Emptiness, error) {
	const op = "check that the bucket is empty"
	var out vendors.Emptiness
	err := c.reading(ctx, func(root *os.Root) error {
		if _, err := c.bucket(root, id); err != nil {
			return err
		}
		folders := []string{id.Name}
		for len(folders) > 0 && !out.More {
			folder := folders[len(folders)-1]
			inner, err := countFolder(ctx, root, folder, folder != id.Name, &out)
			if err != nil {
				return err
			}
			folders = append(folders[:len(folders)-1], inner...)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return vendors.Emptiness{}, c.noBucket(op, id)
	}
	if err != nil {
		return vendors.Emptiness{}, classify(op, err)
	}
	return out, nil
}

// countFolder adds the entries of one folder to found and returns the folders in it.
func countFolder(ctx context.Context, root *os.Root, path string, counts bool,
	found *vendors.Emptiness) ([]string, error) {
	dir, err := root.Open(path)
	if errors.Is(err, fs.ErrNotExist) && counts {
		return nil, nil // gone since its name was read
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }() // it was only read
	var inner []string
	for seen := 0; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := dir.ReadDir(batch)
		for _, e := range entries {
			if found.Objects == probeLimit || len(inner) == probeLimit {
				found.More = true
				return nil, nil
			}
			if e.IsDir() {
				inner = append(inner, filepath.Join(path, e.Name()))
				continue
			}
			found.Objects++
			if info, err := e.Info(); err == nil {
				found.Bytes += info.Size()
			}
		}
		seen += len(entries)
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
		if seen == 0 && counts {
			found.Objects++
		}
		return inner, nil
	}
}

// EmptyBucket deletes everything in a bucket. It removes links and never follows them. If there
// is no such bucket, it succeeds.
func (c *Cloud) EmptyBucket(ctx context.Context, id vendors.BucketID) error {
	const op = "empty bucket"
	begun := false
	err := c.reading(ctx, func(root *os.Root) error {
		if _, err := c.bucket(root, id); err != nil {
			return err
		}
		entries, err := readDir(root, id.Name)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			begun = true
			if err := root.RemoveAll(filepath.Join(id.Name, e.Name())); err != nil {
				return err
			}
		}
		return nil
	})
	if err = ignoreAbsent(err); err != nil && begun {
		return unsure(op, err)
	}
	return classify(op, err)
}
