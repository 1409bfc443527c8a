package planner

import (
	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/state"
)

// Moves gives the records under the addresses that the moved blocks give them,
// and for each that moved the address that it had. A record does not move onto
// another, nor away from an address that is declared. Chains are followed.
func Moves(c *config.Config, records map[addr.Project]state.Record) (map[addr.Project]*state.Record, map[addr.Project]addr.Project) {
	out := make(map[addr.Project]*state.Record, len(records))
	for p := range records {
		r := records[p]
		out[p] = &r
	}
	from := map[addr.Project]addr.Project{}
	if len(c.Moved) == 0 {
		return out, from
	}
	declared := make(map[addr.Project]bool, len(c.Projects))
	for i := range c.Projects {
		declared[c.Projects[i].Addr] = true
	}
	// Each round follows one link of every chain; a chain has at most as many
	// links as there are blocks.
	for range c.Moved {
		moved := false
		for _, block := range c.Moved {
			for before := range out {
				now, applies := rename(block, before)
				if _, taken := out[now]; !applies || taken || declared[before] {
					continue
				}
				out[now] = out[before]
				delete(out, before)
				origin := before
				if first, ok := from[before]; ok {
					origin = first
					delete(from, before)
				}
				from[now] = origin
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	return out, from
}

// rename gives the address that one block gives to p.
func rename(block config.Moved, p addr.Project) (addr.Project, bool) {
	switch {
	case p == block.From:
		return block.To, true
	case block.From.Key == "" && block.To.Key == "" && p.Name == block.From.Name:
		return addr.Project{Name: block.To.Name, Key: p.Key}, true
	}
	return p, false
}
