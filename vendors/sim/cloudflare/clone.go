package cloudflare

import "maps"

// Clone returns another account that is like this one now, and shares nothing with it.
// What was counted, hidden and hooked stays behind.
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
