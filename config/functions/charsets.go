package functions

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// charset is an encoding of text.
type charset struct {
	order byteOrder // of UTF-16; nil if one byte is one character
	mark  bool      // it begins with a byte-order mark
	last  rune      // the last character that it can write
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// charsets are the encodings of textencodebase64() and textdecodebase64(). Terraform knows
// all of IANA's; their tables would add a megabyte to bh.
var charsets = map[string]charset{
	"UTF-8":      {last: utf8.MaxRune},
	"UTF-16":     {order: binary.BigEndian, mark: true, last: utf8.MaxRune},
	"UTF-16LE":   {order: binary.LittleEndian, last: utf8.MaxRune},
	"UTF-16BE":   {order: binary.BigEndian, last: utf8.MaxRune},
	"ISO-8859-1": {last: 0xff}, "LATIN1": {last: 0xff},
	"US-ASCII": {last: 0x7f}, "ASCII": {last: 0x7f},
}

var errNotInCharset = errors.New("the text has characters that this encoding does not have")

func encodeCharset(text string, c charset) (string, error) {
	if c.order == nil && c.last == utf8.MaxRune {
		return inBase64([]byte(text)), nil
	}
	var out []byte
	if c.mark {
		out = c.order.AppendUint16(out, 0xfeff)
	}
	for _, r := range text {
		switch {
		case r > c.last:
			return "", errNotInCharset
		case c.order == nil:
			out = append(out, byte(r))
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				out = c.order.AppendUint16(out, unit)
			}
		}
	}
	return inBase64(out), nil
}

func decodeCharset(source string, c charset) (string, error) {
	raw, err := fromBase64(source)
	if err != nil {
		return "", err
	}
	if c.order == nil && c.last == utf8.MaxRune {
		return asUTF8("decoded", raw)
	}
	var out []rune
	if c.order == nil {
		for _, b := range raw {
			if rune(b) > c.last {
				return "", errNotInCharset
			}
			out = append(out, rune(b))
		}
		return string(out), nil
	}
	if c.mark && len(raw) > 1 && raw[0] == 0xff && raw[1] == 0xfe {
		c.order = binary.LittleEndian
	}
	if len(raw)%2 != 0 {
		return "", errNotInCharset
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i < len(raw); i += 2 {
		units = append(units, c.order.Uint16(raw[i:]))
	}
	if c.mark && len(units) > 0 && units[0] == 0xfeff {
		units = units[1:]
	}
	for _, r := range utf16.Decode(units) {
		if r == utf8.RuneError {
			return "", errNotInCharset
		}
		out = append(out, r)
	}
	return string(out), nil
}
