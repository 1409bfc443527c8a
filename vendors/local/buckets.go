package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"buckethead/vendors"
)

// Cloud is a [vendors.BucketProvider] over a folder, with the abilities EmptinessProber,
// BucketEmptier and CredentialVerifier. It is safe for concurrent use, even by several
// processes.
type Cloud struct {
	root string // absolute
	now  func() time.Time
}

// bucketFile is .buckets/<name>.json.
type bucketFile struct {
	CreatedAt time.Time `json:"created_at"`
	Location  string    `json:"location,omitempty"`
}

// endpoint is the root as a URL. Windows paths begin with a drive, not a slash.
func endpoint(root string) string {
	path := filepath.ToSlash(root)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// ListBuckets returns every folder in the root whose name is valid for a bucket.
func (c *Cloud) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	const op = "list buckets"
	if namespace != "" {
		return nil, nil
	}
	var out []vendors.Bucket
	err := c.reading(ctx, func(root *os.Root) error {
		entries, err := readDir(root, ".")
		if err != nil {
			return err
		}
		for _, e := range entries {
			b, err := readBucket(root, e.Name())
			if errors.Is(err, fs.ErrNotExist) {
				continue // no bucket, or gone since the folder was read
			}
			if err != nil {
				return err
			}
			out = append(out, b)
		}
		return ctx.Err()
	})
	return out, classify(op, ignoreAbsent(err))
}

func readDir(root *os.Root, path string) ([]fs.DirEntry, error) {
	dir, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	entries, err := dir.ReadDir(-1)
	return entries, errors.Join(err, dir.Close())
}

// readBucket returns one bucket. The error is fs.ErrNotExist if the name is not valid or does not
// belong to a folder. Without bh's own file, the folder's time is used.
func readBucket(root *os.Root, name string) (vendors.Bucket, error) {
	if bucketNameFault(name) != "" {
		return vendors.Bucket{}, fs.ErrNotExist
	}
	info, err := root.Lstat(name)
	if err != nil {
		return vendors.Bucket{}, err
	}
	if !info.IsDir() {
		return vendors.Bucket{}, fs.ErrNotExist
	}
	known := bucketFile{CreatedAt: info.ModTime()}
	if err := ignoreAbsent(readJSON(root, bucketPath(name), &known)); err != nil {
		return vendors.Bucket{}, err
	}
	return vendors.Bucket{ID: vendors.BucketID{Name: name}, Location: known.Location,
		CreatedAt: known.CreatedAt.UTC()}, nil
}

func bucketPath(name string) string { return filepath.Join(bucketsDir, name+".json") }

// GetBucket reads one bucket. The error is ErrNotFound if there is no such folder.
func (c *Cloud) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	const op = "read bucket"
	var out vendors.Bucket
	err := c.reading(ctx, func(root *os.Root) (err error) {
		out, err = c.bucket(root, id)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return vendors.Bucket{}, c.noBucket(op, id)
	}
	return out, classify(op, err)
}

// bucket returns a bucket. The error is fs.ErrNotExist if it does not exist.
func (c *Cloud) bucket(root *os.Root, id vendors.BucketID) (vendors.Bucket, error) {
	if id.Namespace != "" {
		return vendors.Bucket{}, fs.ErrNotExist
	}
	return readBucket(root, id.Name)
}

func (c *Cloud) noBucket(op string, id vendors.BucketID) error {
	return refuse(op, vendors.ErrNotFound, "there is no bucket "+id.Name+" in "+c.root)
}

// CreateBucket creates the folder, and then bh's own file. If the process dies in between, the
// bucket is usable. The error is ErrExists if anything has the name, and ErrInvalid if the name
// is not valid.
func (c *Cloud) CreateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	const op = "create bucket"
	for _, p := range checkBucket(spec) {
		return vendors.Bucket{}, refuse(op, vendors.ErrInvalid, p.Summary+": "+p.Fix)
	}
	name := spec.ID.Name
	made := bucketFile{CreatedAt: plain(c.now()), Location: strings.ToLower(spec.Location)}
	err := c.writing(ctx, func(root *os.Root) error {
		if _, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			// If a person removed a folder, its file may still be there. Remove it first, or
			// the new bucket would get the old one's age.
			if err := ignoreAbsent(root.Remove(bucketPath(name))); err != nil {
				return err
			}
		}
		// This creates the bucket, and succeeds for one caller only.
		if err := root.Mkdir(name, 0o755); err != nil {
			return err
		}
		if err := writeJSON(root, bucketsDir, name+".json", made); err != nil {
			return fmt.Errorf("%w: %w", errUnsynced, err)
		}
		return nil
	})
	if errors.Is(err, fs.ErrExist) && !errors.Is(err, errUnsynced) {
		return vendors.Bucket{}, refuse(op, vendors.ErrExists, filepath.Join(c.root, name)+" already exists")
	}
	if err != nil {
		return vendors.Bucket{}, settled(op, err)
	}
	return vendors.Bucket{ID: spec.ID, Location: made.Location, CreatedAt: made.CreatedAt}, nil
}

// DeleteBucket removes an empty folder and bh's own file. If there is no such folder, it
// succeeds. The error is ErrNotEmpty if the folder holds anything. Credentials stay.
func (c *Cloud) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	const op = "delete bucket"
	err := c.writing(ctx, func(root *os.Root) error {
		if _, err := c.bucket(root, id); err != nil {
			return err
		}
		if err := root.Remove(id.Name); err != nil {
			if entries, readErr := readDir(root, id.Name); readErr == nil && len(entries) > 0 {
				return refuse(op, vendors.ErrNotEmpty, filepath.Join(c.root, id.Name)+" is not empty")
			}
			return err
		}
		// Without the folder, the file has no effect; a later create removes it too.
		if err := ignoreAbsent(root.Remove(bucketPath(id.Name))); err != nil {
			return fmt.Errorf("%w: %w", errUnsynced, err)
		}
		return syncDirs(root, ".")
	})
	return settled(op, ignoreAbsent(err))
}
