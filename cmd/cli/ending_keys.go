package cli

import (
	"context"

	"buckethead/config/words"
	"buckethead/planner"
)

// shownKeys is how many keys a question names; the plan above it names all.
const shownKeys = 20

// endingKeys says which keys stop working with a rotation, by project and id, and where they are stored. It is
// empty if none do.
func endingKeys(ctx context.Context, s *session, plan *planner.Plan) string {
	rows, more := [][]string{{"project", "access_key_id", "item"}}, 0
	for _, o := range plan.Operations {
		if o.Kind != planner.Rotate || len(o.Blocked) > 0 {
			continue
		}
		for _, step := range o.Steps {
			if revoke, ends := step.(planner.RevokeCredential); !ends {
				continue
			} else if len(rows) > shownKeys {
				more++
			} else {
				item := s.reference(ctx)(o.Secrets, o.ItemID, o.ItemTitle)
				rows = append(rows, []string{o.Address.Label(), revoke.ID, item})
			}
		}
	}
	if len(rows) == 1 {
		return ""
	}
	text := "\nThese keys stop working at once, without an overlap:\n" + s.table(rows)
	if more > 0 {
		text += "and " + words.Count(more, "other") + "\n"
	}
	return text
}
