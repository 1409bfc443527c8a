package planner

import (
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/state"
)

// moves are what the moved blocks do: for each project that moves, the address that
// it has now and the one that it had.
type moves struct{ from, to map[addr.Address]addr.Address }

// movesOf follows the moved blocks, chains included. A project that only the journal
// knows moves as well. Nothing moves onto a project that is known, or away from an
// address that is declared.
func movesOf(c *config.Config, snap state.Snapshot) moves {
	m := moves{from: renames(c, snap)}
	m.to = make(map[addr.Address]addr.Address, len(m.from))
	for now, before := range m.from {
		m.to[before] = now
	}
	return m
}

// now returns the address that a project has after the moves.
func (m moves) now(p addr.Address) addr.Address {
	if moved, ok := m.to[p]; ok {
		return moved
	}
	return p
}

// renames returns, for each address that something moves to, the one it moves from.
func renames(c *config.Config, snap state.Snapshot) map[addr.Address]addr.Address {
	from := map[addr.Address]addr.Address{}
	if len(c.Moved) == 0 {
		return from
	}
	declared := make(map[addr.Address]bool, len(c.Projects))
	for i := range c.Projects {
		declared[c.Projects[i].Addr] = true
	}
	origin := map[addr.Address]addr.Address{} // where each known project is now -> was
	for p := range snap.Records {
		origin[p] = p
	}
	for _, i := range snap.Intents {
		origin[i.Project] = i.Project
	}
	for _, w := range snap.Watches {
		origin[w.Project] = w.Project
	}
	// Each round follows one link of every chain; a chain has at most as many
	// links as there are blocks.
	for range c.Moved {
		moved := false
		for _, block := range c.Moved {
			for _, before := range affected(block, origin) {
				now := rename(block, before)
				if _, taken := origin[now]; taken || declared[before] {
					continue
				}
				origin[now] = origin[before]
				delete(origin, before)
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	for now, before := range origin {
		if now != before {
			from[now] = before
		}
	}
	return from
}

// affected returns the projects that one block moves, in order.
func affected(block config.Moved, known map[addr.Address]addr.Address) []addr.Address {
	var out []addr.Address
	for p := range known {
		if p == block.From || everyInstance(block) && p.Name == block.From.Name {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, addr.Address.Compare)
	return out
}

// everyInstance reports whether the block names no key on either side: then it
// moves every instance of the name.
func everyInstance(block config.Moved) bool { return block.From.Key == "" && block.To.Key == "" }

// rename returns the new address of a project that the block moves.
func rename(block config.Moved, p addr.Address) addr.Address {
	if everyInstance(block) {
		return addr.Address{Kind: addr.Project, Name: block.To.Name, Key: p.Key}
	}
	return block.To
}
