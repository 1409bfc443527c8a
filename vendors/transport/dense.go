package transport

// bytesOfObject is the least number of bytes in a response for each object in it. Responses of
// vendors have more than 30.
const bytesOfObject = 16

// Dense reports whether a JSON text has more than one object or list per bytesOfObject bytes.
// Decoded, it would take far more memory than the text: an object of two bytes may become a value
// of hundreds.
func Dense(text []byte, bytes int) bool {
	const few = 1000
	values, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case (c == '{' || c == '[') && !quoted:
			values++
		}
	}
	return values > few+len(text)/bytes
}
