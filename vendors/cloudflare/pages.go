package cloudflare

import (
	"context"
	"fmt"

	"github.com/cloudflare/cloudflare-go/v7/option"
)

// The limits for lists. An account has at most 1,000,000 buckets and, unless it was granted
// more, 500 tokens. A list that exceeds these limits does not end.
// https://developers.cloudflare.com/r2/platform/limits/
const (
	bucketPages = 1_000_000/bucketPage + 100
	tokenPages  = 1000
	longestPage = bucketPage // entries, also where fewer were asked for
	emptyPages  = 3          // in a row
	longestName = 255        // bytes, of a bucket or an id
)

// walk follows the pages of a list of buckets, and detects a list that does not end.
type walk struct {
	act   act
	most  int
	read  int
	empty int
	seen  map[string]bool // cursors
}

// enter counts a page before it is requested.
func (w *walk) enter(ctx context.Context) error {
	if w.read++; w.read > w.most {
		return w.act.odd(answer{}, fmt.Sprintf("the list does not end: it has more than %d pages", w.most))
	}
	return w.act.cancelled(ctx)
}

// continuation returns how to request the next page, or that this was the last one. An empty page
// ends the list unless it has a cursor: the buckets after it must not count as absent.
func (w *walk) continuation(rest answer, last string, count int) (next []option.RequestOption, ended bool, err error) {
	var info struct {
		Cursor  string `json:"cursor"`
		PerPage int    `json:"per_page"`
	}
	rest.read(&info)
	w.empty++
	if count > 0 {
		w.empty = 0
	}
	switch {
	case info.Cursor != "" && (w.seen[info.Cursor] || w.empty > emptyPages):
		return nil, false, w.act.odd(rest, "the list does not end: its pages do not lead to new ones")
	case info.Cursor != "":
		if w.seen == nil {
			w.seen = map[string]bool{}
		}
		w.seen[info.Cursor] = true
		return []option.RequestOption{option.WithQuery("cursor", info.Cursor)}, false, nil
	case count == 0, info.PerPage > 0, count < bucketPage:
		return nil, true, nil
	}
	return []option.RequestOption{option.WithQuery("start_after", last)}, false, nil
}
