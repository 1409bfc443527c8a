// Package moves follows the moved blocks of a configuration.
//
// # What moves
//
// A moved block changes the address of a project and leaves everything that it has as it is. The state
// still records the project under the old address until an apply has run. To compare the files with
// the state, the old address is needed. [Of] finds, for each project that the state
// knows, the address that it has after all moves, and [Moves.Now] returns it.
//
// # Rules
//
// Blocks may form chains: a project that moved twice has one address at the end. A block without a
// key moves every instance of a name. A project that only the journal knows moves as well, so
// that what an interrupted run left is found under the new address.
//
// Nothing moves onto an address that is in use, and nothing moves away from an address that is
// declared.
package moves

import (
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/state"
)

// Moves holds, for each project that moves, the address that it has now and the one that it had.
type Moves struct {
	From map[addr.Address]addr.Address // the former address, by the present one
	To   map[addr.Address]addr.Address // the present address, by the former one
}

// Of follows the moved blocks of a configuration, starting from what the state knows.
func Of(c *config.Config, snap state.Snapshot) Moves {
	m := Moves{From: follow(c, snap)}
	m.To = make(map[addr.Address]addr.Address, len(m.From))
	for now, before := range m.From {
		m.To[before] = now
	}
	return m
}

// Now returns the address that a project has after the moves.
func (m Moves) Now(p addr.Address) addr.Address {
	if moved, ok := m.To[p]; ok {
		return moved
	}
	return p
}

// follow returns, for each address that something moves to, the one it moves from.
func follow(c *config.Config, snap state.Snapshot) map[addr.Address]addr.Address {
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
