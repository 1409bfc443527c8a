package memory

import (
	"context"
	"slices"

	"buckethead/vendors"
)

// SetRecipients sets whom the store is written for, and whom its settings name.
func (s *Store) SetRecipients(r vendors.Recipients) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.recipients = r
}

// ReadRecipients implements [vendors.RecipientsReader]. It does not count as a call, because a list
// shows them.
func (s *Store) ReadRecipients(context.Context) (vendors.Recipients, error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	return s.recipients, nil
}

// WriteRecipients implements [vendors.RecipientsWriter].
func (s *Store) WriteRecipients(ctx context.Context, declared []string) error {
	_, err := call(ctx, s.world, s.name, "WriteRecipients", "", func(op string) (struct{}, error) {
		if !slices.Equal(declared, s.recipients.Declared) {
			return struct{}{}, refuse(s.name, op, vendors.ErrConflict, "others are declared")
		}
		s.recipients.Stored, s.recipients.Outside = declared, false
		return struct{}{}, nil
	})
	return err
}
