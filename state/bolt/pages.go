package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/bits"
)

// bbolt trusts its pages. A damaged one makes it walk in a circle, ask for more memory than
// there is, or read beyond the file, and a process cannot recover from any of these. bbolt's
// own check trusts the pages as well. So every page that bbolt may follow is read here
// first, by plain reads, and every number is checked against the size of the file.
//
// A page is a header (number 8 bytes, kind 2, elements 2, further pages 4) and its
// elements. All numbers are in the byte order of the machine.
const (
	pageHeader    = 16
	pageElement   = 16 // of branches and leaves alike
	metaBytes     = 64 // the last 8 are the checksum of the rest
	metaMagic     = 0xED0CDAED
	metaVersion   = 2
	kindBranch    = 0x01
	kindLeaf      = 0x02
	kindFreelist  = 0x10
	isBucket      = 1 // an element's flag
	bucketHeader  = 16
	noFreelist    = ^uint64(0)
	smallestPage  = 512
	largestPage   = 16 << 20
	deepestBranch = 64 // a branch has two children or more, so no real tree is deeper
)

var native = binary.NativeEndian

// pages is a file whose pages are being checked.
type pages struct {
	file io.ReaderAt
	size uint64 // of one page, in bytes
	end  uint64 // the first page that is not in use
	used []bool // by page number: whether it was seen so far
	leaf []byte // the buffer that leaves are read into, one after the other
}

// checkPages reads a bbolt file to the last page that its newest meta page leads to.
// The caller holds its lock.
func checkPages(file io.ReaderAt, fileSize int64) error {
	meta, err := newestMeta(file, fileSize)
	if err != nil {
		return err
	}
	p := &pages{file: file, size: uint64(native.Uint32(meta[8:])), end: native.Uint64(meta[40:])}
	if p.size < smallestPage || p.size > largestPage || bits.OnesCount64(p.size) != 1 {
		return fmt.Errorf("its pages have %d bytes", p.size)
	}
	if p.end > uint64(fileSize)/p.size {
		return fmt.Errorf("the file was cut off: it has %d bytes and should have %d pages of %d",
			fileSize, p.end, p.size)
	}
	p.used = make([]bool, p.end)
	if err := p.checkFreelist(native.Uint64(meta[32:])); err != nil {
		return err
	}
	return p.checkTree(tree{page: native.Uint64(meta[16:]), top: true})
}

// newestMeta returns the meta page that bbolt will use: the one with the higher transaction.
// Each transaction replaces one of them, in a single write that is smaller than a sector, so
// both are always intact. bbolt would skip a damaged one and use the other, in which the last
// transaction is missing.
func newestMeta(file io.ReaderAt, fileSize int64) ([]byte, error) {
	first, whole := metaAt(file, 0)
	if !whole {
		for at := int64(1024); at <= largestPage && at < fileSize; at *= 2 { // the size of a page is unknown
			if _, whole := metaAt(file, at); whole {
				return nil, errors.New("its first meta page is damaged, and may have held the last write")
			}
		}
		return nil, errors.New("it is not a database, or both its meta pages are damaged")
	}
	second, whole := metaAt(file, int64(native.Uint32(first[8:])))
	if !whole {
		return nil, errors.New("its second meta page is damaged, and may have held the last write")
	}
	older, newest := first, second
	if native.Uint64(older[48:]) > native.Uint64(newest[48:]) {
		older, newest = newest, older
	}
	// The second page of a copy is written before the first, so the first transaction in one
	// may replace the newer of the two.
	if apart := native.Uint64(newest[48:]) - native.Uint64(older[48:]); apart != 1 && apart != 2 {
		return nil, fmt.Errorf("its meta pages are %d transactions apart, so one of them is from an earlier time", apart)
	}
	return newest, nil
}

// metaAt reads a meta page, and reports whether it is intact.
func metaAt(file io.ReaderAt, at int64) (meta []byte, whole bool) {
	page := make([]byte, pageHeader+metaBytes)
	if _, err := file.ReadAt(page, at); err != nil {
		return nil, false
	}
	meta = page[pageHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(meta[:metaBytes-8])
	ours := native.Uint32(meta) == metaMagic && native.Uint32(meta[4:]) == metaVersion
	return meta, ours && native.Uint64(meta[metaBytes-8:]) == sum.Sum64()
}

// read returns a page with its overflow pages, and marks them as used. It reads into memory if
// that is large enough.
func (p *pages) read(id uint64, memory []byte) ([]byte, error) {
	if id < 2 || id >= p.end {
		return nil, fmt.Errorf("page %d is not in the file", id)
	}
	page := grown(memory, int(p.size))
	if _, err := p.file.ReadAt(page, int64(id*p.size)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	further := uint64(native.Uint32(page[12:]))
	switch {
	case native.Uint64(page) != id:
		return nil, fmt.Errorf("page %d says that it is page %d", id, native.Uint64(page))
	case further >= p.end-id:
		return nil, fmt.Errorf("page %d continues beyond the end of the file", id)
	}
	for n := id; n <= id+further; n++ {
		if p.used[n] {
			return nil, fmt.Errorf("page %d is used twice", n)
		}
		p.used[n] = true
	}
	if further > 0 {
		page = grown(page, int((further+1)*p.size))
		if _, err := p.file.ReadAt(page[p.size:], int64((id+1)*p.size)); err != nil {
			return nil, fmt.Errorf("read page %d: %w", id+1, err)
		}
	}
	return page, nil
}

// grown returns n bytes that begin with those of memory.
func grown(memory []byte, n int) []byte {
	if n <= cap(memory) {
		return memory[:n]
	}
	return append(memory, make([]byte, n-len(memory))...)
}

func kind(page []byte) uint16 { return native.Uint16(page[8:]) }

func elements(page []byte) int { return int(native.Uint16(page[10:])) }

func (p *pages) checkFreelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	page, err := p.read(id, nil)
	if err != nil {
		return fmt.Errorf("the list of free pages: %w", err)
	}
	if kind(page) != kindFreelist {
		return fmt.Errorf("page %d is not a list of free pages", id)
	}
	n, list := uint64(elements(page)), page[pageHeader:]
	if n == 0xffff { // too many for the header
		n, list = native.Uint64(list), list[8:]
	}
	if n > uint64(len(list)/8) {
		return fmt.Errorf("the list of free pages has %d entries, more than there is room for", n)
	}
	for i := range n {
		free := native.Uint64(list[i*8:])
		if free < 2 || free >= p.end || p.used[free] {
			return fmt.Errorf("page %d is free and not in the file, or free twice", free)
		}
		p.used[free] = true
	}
	return nil
}

// tree is a page and all pages below it. Its first key is low and all are less than high; a nil
// bound does not apply. If the first key were above low, reading would find the same, but the
// next write would look for the page under its first key, and leave the old one in the tree.
type tree struct {
	page      uint64
	low, high []byte
	depth     int
	top       bool // the tree of buckets, not of keys
}

// holds reports whether a key may be at position i of the tree's page.
func (t tree) holds(i int, key []byte) bool {
	order := bytes.Compare(key, t.low)
	return len(key) > 0 && (order == 0 || order > 0 && (i > 0 || t.low == nil)) &&
		(t.high == nil || bytes.Compare(key, t.high) < 0)
}

func (p *pages) checkTree(t tree) error {
	if t.depth > deepestBranch {
		return fmt.Errorf("page %d is deeper than a tree can be", t.page)
	}
	page, err := p.read(t.page, p.leaf)
	if err != nil {
		return err
	}
	switch kind(page) {
	case kindLeaf:
		p.leaf = page[:cap(page)]
		return p.checkLeaf(t, page)
	case kindBranch:
		p.leaf = nil // its keys are needed while the pages below it are read
		return p.checkBranch(t, page)
	}
	return fmt.Errorf("page %d is neither branch nor leaf", t.page)
}

func (p *pages) checkBranch(t tree, page []byte) error {
	n := elements(page)
	if n == 0 || pageHeader+n*pageElement > len(page) {
		return fmt.Errorf("page %d has %d branches", t.page, n)
	}
	keys := make([][]byte, n)
	for i := range n {
		at := pageHeader + i*pageElement
		key, ok := slice(page[at:], native.Uint32(page[at:]), native.Uint32(page[at+4:]))
		if !ok || !t.holds(i, key) || i > 0 && bytes.Compare(keys[i-1], key) >= 0 {
			return fmt.Errorf("branch %d of page %d is out of place", i, t.page)
		}
		keys[i] = key
	}
	for i, key := range keys {
		child := native.Uint64(page[pageHeader+i*pageElement+8:])
		below := tree{page: child, low: key, high: t.high, depth: t.depth + 1, top: t.top}
		if i+1 < n {
			below.high = keys[i+1]
		}
		if err := p.checkTree(below); err != nil {
			return err
		}
	}
	return nil
}

func (p *pages) checkLeaf(t tree, page []byte) error {
	if elements(page) == 0 && t.low != nil {
		return fmt.Errorf("page %d is an empty leaf below a branch", t.page)
	}
	var roots []uint64
	var last []byte
	err := eachPair(page, func(i int, flags uint32, key, value []byte) error {
		if !t.holds(i, key) || i > 0 && bytes.Compare(last, key) >= 0 || (flags == isBucket) != t.top || flags > isBucket {
			return fmt.Errorf("entry %d of page %d is out of place", i, t.page)
		}
		last = key
		if !t.top {
			return nil
		}
		root, err := checkBucket(value)
		if err != nil {
			return fmt.Errorf("bucket %q: %w", key, err)
		}
		if root != 0 {
			roots = append(roots, root)
		}
		return nil
	})
	for _, root := range roots {
		if err == nil {
			err = p.checkTree(tree{page: root})
		}
	}
	return err
}

// checkBucket checks the header of a bucket and returns its root page, or 0 for a small
// bucket, whose only page follows the header.
func checkBucket(value []byte) (root uint64, err error) {
	if len(value) < bucketHeader {
		return 0, errors.New("its header is cut off")
	}
	if root = native.Uint64(value); root != 0 {
		return root, nil
	}
	page := value[bucketHeader:]
	if len(page) < pageHeader || kind(page) != kindLeaf {
		return 0, errors.New("its page is not a leaf")
	}
	// The next write would free the pages that it names.
	if number, further := native.Uint64(page), native.Uint32(page[12:]); number != 0 || further != 0 {
		return 0, fmt.Errorf("its page says that it is page %d, with %d further ones", number, further)
	}
	var last []byte
	return 0, eachPair(page, func(i int, flags uint32, key, _ []byte) error {
		if flags != 0 || bytes.Compare(last, key) >= 0 {
			return fmt.Errorf("entry %d is out of place", i)
		}
		last = key
		return nil
	})
}

// eachPair calls take with each key and value of a leaf.
func eachPair(page []byte, take func(i int, flags uint32, key, value []byte) error) error {
	n := elements(page)
	if pageHeader+n*pageElement > len(page) {
		return fmt.Errorf("a page of %d bytes has %d entries", len(page), n)
	}
	for i := range n {
		element := page[pageHeader+i*pageElement:]
		flags, at := native.Uint32(element), native.Uint32(element[4:])
		keyLen, valueLen := native.Uint32(element[8:]), native.Uint32(element[12:])
		key, ok := slice(element, at, keyLen)
		value, whole := []byte(nil), false
		if ok {
			value, whole = slice(element[uint64(at)+uint64(keyLen):], 0, valueLen)
		}
		if !whole {
			return fmt.Errorf("entry %d continues beyond the end of its page", i)
		}
		if err := take(i, flags, key, value); err != nil {
			return err
		}
	}
	return nil
}

// slice returns the n bytes that begin at at, and false if there are not that many.
func slice(b []byte, at, n uint32) ([]byte, bool) {
	if uint64(at)+uint64(n) > uint64(len(b)) {
		return nil, false
	}
	return b[at : at+n], true
}
