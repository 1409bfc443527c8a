package cloudflare

import "maps"

// Clone returns a copy of the account that shares nothing with it. Counts, hidden things and
// hooks are not copied.
func (s *Simulator) Clone() *Simulator {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := New(s.o)
	out.draws = s.draws
	for key, b := range s.buckets {
		whole := b.clone()
		whole.Objects = nil
		out.buckets[key] = &whole
	}
	maps.Copy(out.firstPlace, s.firstPlace)
	maps.Copy(out.zones, s.zones)
	for _, t := range s.tokens {
		whole := t.clone()
		whole.keysFrom = t.keysFrom
		out.tokens = append(out.tokens, &whole)
	}
	return out
}
