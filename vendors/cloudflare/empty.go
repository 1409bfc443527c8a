package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// deletesAtOnce is how many objects are deleted at the same time.
const deletesAtOnce = 8

// codeNoObject is the code for an object that does not exist.
const codeNoObject = 10007

// EmptyBucket deletes every object, one per call, because the API has no other way. For a bucket
// with many objects this takes as long as the rate limit dictates; a lifecycle rule or an S3
// client is faster. After an interruption it continues where it stopped. Objects under a lock
// rule stay, and the error names one of them.
func (c *Cloud) EmptyBucket(ctx context.Context, id vendors.BucketID) error {
	a := act{op: "empty bucket", writes: true, about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return err
	}
	before := map[string]bool{} // what the last pass deleted
	for {
		objects, rest, err := c.firstObjects(ctx, act{op: "list objects", about: aboutBucket}, id)
		if errors.Is(err, vendors.ErrNotFound) || err == nil && len(objects) == 0 {
			return nil
		}
		if err == nil && !slices.ContainsFunc(objects, func(o object) bool { return !before[o.Key] }) {
			err = a.odd(rest, fmt.Sprintf("%q was deleted but is still there; delete it with an S3 client", objects[0].Key))
		}
		if err == nil {
			err = c.deleteObjects(ctx, id, objects)
		}
		if err != nil {
			return err
		}
		clear(before)
		for _, o := range objects {
			before[o.Key] = true
		}
	}
}

// deleteObjects deletes what it can, and returns the first fault. It stops at a fault that
// concerns more than one object.
func (c *Cloud) deleteObjects(ctx context.Context, id vendors.BucketID, objects []object) error {
	kept := make([]error, len(objects))
	err := parallel.Each(ctx, deletesAtOnce, len(objects), func(i int) error {
		err := c.deleteObject(ctx, id, objects[i].Key)
		if hasCode(err, codeLocked) || errors.Is(err, vendors.ErrInvalid) {
			kept[i] = err
			return nil
		}
		return err
	})
	if ended := (act{op: "empty bucket", writes: true}).cancelled(ctx); ended != nil {
		return ended
	}
	if err != nil {
		return err
	}
	for _, err := range kept {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) deleteObject(ctx context.Context, id vendors.BucketID, key string) error {
	a := act{op: "delete object", writes: true, about: aboutBucket}
	path, ok := objectPath(key)
	if !ok {
		return a.invalid("the key %q would change the path in a URL; delete that object with an S3 client", key)
	}
	_, err := c.call(a, nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Objects.Delete(ctx, id.Name, path, r2.BucketObjectDeleteParams{AccountID: c.in.AccountID},
			append(o, in(id.Namespace)...)...)
		return err
	})
	var e *vendors.Error
	switch {
	case hasCode(err, codeNoObject):
		return nil
	case hasCode(err, codeLocked) && errors.As(err, &e):
		e.Message += fmt.Sprintf(" (%q, and anything else under a lock rule, stays until the rule releases it)", key)
	}
	return absentIsDone(err)
}

// objectPath returns a key as it is written in a URL. A key with a segment of dots could turn
// into the path of something else, such as the bucket itself.
func objectPath(key string) (string, bool) {
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		if segment == "." || segment == ".." {
			return "", false
		}
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/"), key != ""
}
