package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"buckethead/state"
)

// The page format of bbolt, as far as damage needs it.
const (
	headerSize = 16
	branchPage = 0x01
	leafPage   = 0x02
	freePage   = 0x10
)

var (
	native    = binary.NativeEndian
	pageBytes = os.Getpagesize()
)

// pageOf returns one page of a file held in memory.
func pageOf(content []byte, id int) []byte { return content[id*pageBytes : (id+1)*pageBytes] }

func flagsOf(page []byte) uint16 { return native.Uint16(page[8:]) }
func countOf(page []byte) uint16 { return native.Uint16(page[10:]) }

// live returns the pages in use, starting from the newest meta page; index 0
// of freelists is the newest freelist.
func live(content []byte, flags uint16) (ids []int) {
	newest, txid := 0, uint64(0)
	for id := range 2 {
		if n := native.Uint64(pageOf(content, id)[headerSize+48:]); n >= txid {
			newest, txid = id, n
		}
	}
	meta := pageOf(content, newest)[headerSize:]
	if flags == freePage {
		return []int{int(native.Uint64(meta[32:]))}
	}
	var walk func(id int)
	walk = func(id int) {
		page := pageOf(content, id)
		if flagsOf(page) == flags {
			ids = append(ids, id)
		}
		for i := range int(countOf(page)) {
			element := page[headerSize+16*i:]
			switch {
			case flagsOf(page) == branchPage:
				walk(int(native.Uint64(element[8:])))
			case native.Uint32(element) == 1: // a bucket
				at := native.Uint32(element[4:]) + native.Uint32(element[8:])
				if root := int(native.Uint64(element[at:])); root != 0 {
					walk(root)
				}
			}
		}
	}
	walk(int(native.Uint64(meta[16:])))
	return ids
}

func TestOpen_refusesPagesThatWouldHangOrKill(t *testing.T) {
	good, err := os.ReadFile(written(t, 200))
	if err != nil {
		t.Fatal(err)
	}
	put16 := func(at int, v uint16) func([]byte) { return func(page []byte) { native.PutUint16(page[at:], v) } }
	put32 := func(at int, v uint32) func([]byte) { return func(page []byte) { native.PutUint32(page[at:], v) } }
	put64 := func(at int, v uint64) func([]byte) { return func(page []byte) { native.PutUint64(page[at:], v) } }
	branches, leaves, free := live(good, branchPage), live(good, leafPage), live(good, freePage)
	if len(branches) == 0 || len(leaves) < 10 {
		t.Fatalf("the file is too small to be damaged: branches %v, leaves %v", branches, leaves)
	}
	self := uint64(branches[0])
	for name, c := range map[string]struct {
		pages []int
		spoil func([]byte)
	}{
		"a branch that leads to itself":       {branches[:1], put64(headerSize+8, self)},
		"a branch that leads beyond the file": {branches, put64(headerSize+8, 1<<50)},
		"a branch that leads to a meta page":  {branches, put64(headerSize+8, 1)},
		"a branch that leads nowhere":         {branches, put16(10, 0)},
		"two ways to one page":                {branches[:1], func(p []byte) { copy(p[headerSize+8:headerSize+16], p[headerSize+24:headerSize+32]) }},
		"keys out of order on a branch":       {branches[:1], put32(headerSize+16+4, 1)},
		"a key beyond the branch":             {branches, put32(headerSize, 1<<31)},
		"a page that goes on for ever":        {append(branches, leaves...), put32(12, 1<<32-1)},
		"more elements than a page has":       {append(branches, leaves...), put16(10, 0xffff)},
		"a page under another number":         {append(branches, leaves...), put64(0, 3)},
		"a page of no kind":                   {append(branches, leaves...), put16(8, 0x40)},
		"a page that is wiped":                {append(branches, leaves...), func(p []byte) { clear(p) }},
		"a key beyond the leaf":               {leaves[1:], put32(headerSize+8, 1<<32-1)},
		"a value beyond the leaf":             {leaves[1:], put32(headerSize+12, 1<<31)},
		"a place beyond the leaf":             {leaves[1:], put32(headerSize+4, 1<<32-16)},
		"a value that became a bucket":        {leaves[1:], put32(headerSize, 1)},
		"a bucket that became a value":        {leaves[:1], put32(headerSize, 0)},
		"a free list without end":             {free, func(p []byte) { put16(10, 0xffff)(p); put64(headerSize, 1<<40)(p) }},
		"a free list of overflow":             {free, put32(12, 1<<32-1)},
		"not a free list":                     {free, put16(8, leafPage)},
		"a free page that is in use":          {free, func(p []byte) { put16(10, 1)(p); put64(headerSize, self)(p) }},
		"a free page beyond the file":         {free, func(p []byte) { put16(10, 1)(p); put64(headerSize, 1<<40)(p) }},
		"a page that is free twice":           {free, func(p []byte) { copy(p[headerSize+8:headerSize+16], p[headerSize:]) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, id := range c.pages {
				content := bytes.Clone(good)
				c.spoil(pageOf(content, id))
				path := filepath.Join(t.TempDir(), fmt.Sprintf("page-%d.db", id))
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
				for _, err := range both(path) {
					if !errors.Is(err, state.ErrDamaged) {
						t.Errorf("page %d: got %v, want ErrDamaged", id, err)
					}
				}
			}
		})
	}
}
