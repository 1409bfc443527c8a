package s3

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"buckethead/state/bolt"
)

// objectFormat is the number of the layout of the state object: one line of JSON, a line
// feed, and the gzipped file of state/bolt. From layout 2 on, the line is sealed.
const objectFormat = 2

// header is the first line of the state object. SHA256 and Size are those of the file; Lock
// is the id of the lock under which it was written. If MovedTo is not empty, the state is
// kept there now, and no file follows.
type header struct {
	Format    int       `json:"bh_state"`
	Stack     string    `json:"stack,omitempty"`
	Lineage   string    `json:"lineage,omitempty"`
	Serial    uint64    `json:"serial"`
	SHA256    string    `json:"sha256,omitempty"`
	Size      int64     `json:"size"`
	Lock      string    `json:"lock"`
	WrittenAt time.Time `json:"written_at"`
	WrittenBy string    `json:"written_by,omitempty"`
	MovedTo   string    `json:"moved_to,omitempty"`
}

// pack returns the object of a file. It completes the header from the file.
func pack(h header, file []byte) ([]byte, error) {
	if int64(len(file)) > limits.file {
		return nil, fmt.Errorf("%w: the state has %d bytes; bh keeps at most %d MiB in a bucket",
			errRefused, len(file), limits.file>>20)
	}
	sum := sha256.Sum256(file)
	h.Format, h.SHA256, h.Size = objectFormat, hex.EncodeToString(sum[:]), int64(len(file))
	if h.MovedTo != "" {
		h.SHA256 = ""
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(bolt.Seal(line))
	out.WriteByte('\n')
	if h.MovedTo != "" {
		return out.Bytes(), nil
	}
	// Most of a page is zeros or repetitions, so the fastest level is nearly as good as any.
	packer, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = packer.Write(file)
	if err = errors.Join(err, packer.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpack reads an object and returns its file, after comparing it with its digest.
func unpack(object []byte) (header, []byte, error) {
	h, packed, err := readHeader(object)
	if err != nil || h.MovedTo != "" {
		return h, nil, err
	}
	if h.Size < 0 || h.Size > limits.file {
		return h, nil, fmt.Errorf("its first line says that the file has %d bytes; bh reads at most %d MiB", h.Size, limits.file>>20)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return h, nil, fmt.Errorf("what follows its first line is not compressed: %w", err)
	}
	var file bytes.Buffer
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(&file, sum), io.LimitReader(reader, h.Size+1))
	switch {
	case err != nil:
		return h, nil, fmt.Errorf("it cannot be unpacked: %w", err)
	case n != h.Size:
		return h, nil, fmt.Errorf("it does not have the %d bytes that its first line says", h.Size)
	case hex.EncodeToString(sum.Sum(nil)) != h.SHA256:
		return h, nil, errors.New("its digest is not the one in its first line")
	}
	return h, file.Bytes(), nil
}

// readHeader reads the first line, and returns it and what follows.
func readHeader(object []byte) (header, []byte, error) {
	var h header
	line, _, found := bytes.Cut(object[:min(len(object), headerLimit)], []byte("\n"))
	if !found {
		return h, nil, errors.New("it is not a state: it does not begin with a line of JSON")
	}
	if err := json.Unmarshal(line, &h); err != nil || h.Format == 0 {
		return h, nil, errors.New("its first line is not that of a state")
	}
	unsealed, whole := bolt.Unseal(line)
	switch {
	case h.Format == 1:
		unsealed = line
	case !whole:
		return h, nil, errors.New("its first line was changed: it does not match its seal")
	case h.Format > objectFormat:
		return h, nil, fmt.Errorf("%w: it has layout %d, and this bh supports layout %d", errNewer, h.Format, objectFormat)
	}
	h = header{}
	if err := bolt.Decode(unsealed, &h); err != nil {
		return h, nil, fmt.Errorf("its first line: %w", err)
	}
	return h, object[len(line)+1:], nil
}
