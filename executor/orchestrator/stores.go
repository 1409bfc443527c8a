package orchestrator

import (
	"context"
	"fmt"

	"buckethead/planner"
	"buckethead/vendors"
)

// writeRecipients rewrites a whole store for the declared recipients.
func writeRecipients(ctx context.Context, rig Rig, s planner.WriteRecipients) error {
	act := "write " + rig.Connection + " for its recipients"
	writer, able := vendors.As[vendors.RecipientsWriter](rig.Secrets)
	if !able {
		return fmt.Errorf("%s: %w", act, &vendors.Error{Vendor: rig.Connection, Op: "write recipients",
			Kind: vendors.ErrInvalid, Message: "this store is not encrypted to recipients"})
	}
	if err := writer.WriteRecipients(ctx, s.Declared); err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}
