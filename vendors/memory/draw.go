package memory

import "strconv"

// Identifiers and secrets come from a counter, scattered by a fixed permutation: the same calls
// produce the same world, ids have no useful order, and all are different.

// draw returns the next scattered number. The lock is held.
func (w *World) draw() uint64 {
	w.drawn++
	return scatter(w.drawn)
}

// scatter is the finalizer of splitmix64, a permutation of the 64-bit numbers.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

func (w *World) drawID(prefix string) string {
	return prefix + strconv.FormatUint(w.draw(), 36)
}

func (w *World) drawSecret() string {
	return "secret-" + strconv.FormatUint(w.draw(), 36) + strconv.FormatUint(w.draw(), 36) +
		strconv.FormatUint(w.draw(), 36)
}
