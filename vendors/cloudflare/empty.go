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

// deletesAtOnce is how many objects are deleted side by side.
const deletesAtOnce = 8

// codeNoObject is what an object that is not there is answered with.
const codeNoObject = 10007

// EmptyBucket deletes every object, one a call: the API has no other way, so a bucket of many
// objects takes as long as the limit of calls makes it take, and is emptied sooner by a lifecycle
// rule or an S3 client. It goes on from where it was stopped. Objects under a lock rule stay, and
// the error names one of them.
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
			err = a.odd(rest, fmt.Sprintf("%q was deleted and is still there; delete it with an S3 client", objects[0].Key))
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

// deleteObjects deletes what it can, and returns the first fault. One that is not about its
// object alone ends it.
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
		return a.invalid("the key %q means another address in a URL; delete that object with an S3 client", key)
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
		e.Message += fmt.Sprintf(" (%q, and whatever else a lock rule keeps, stays until the rule lets it go)", key)
	}
	return absentIsDone(err)
}

// objectPath returns a key as it stands in a URL. A key with a segment of dots could
// become the address of something else on the way, the bucket itself for one.
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
