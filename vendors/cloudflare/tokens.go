package cloudflare

import (
	"context"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/user"
)

// tokenFamily is one of the two roots for tokens: an account's or a user's. The types are the
// same (API reference, Account and User API tokens). The options hold the request and receive
// the response.
type tokenFamily struct {
	kind string // what the family is called

	create, list, verify, groups func(context.Context, ...option.RequestOption) error
	get, update, remove          func(context.Context, string, ...option.RequestOption) error
}

func newAccountTokens(account string, o []option.RequestOption) tokenFamily {
	var in accounts.TokenListParams
	in.AccountID.Value, in.AccountID.Present = account, true
	t := accounts.NewTokenService(o...)
	return tokenFamily{
		kind:   "account",
		create: sender(t.New, accounts.TokenNewParams{AccountID: in.AccountID}),
		list:   sender(t.List, in),
		verify: sender(t.Verify, accounts.TokenVerifyParams{AccountID: in.AccountID}),
		groups: sender(t.PermissionGroups.Get, accounts.TokenPermissionGroupGetParams{AccountID: in.AccountID}),
		get:    senderByID(t.Get, accounts.TokenGetParams{AccountID: in.AccountID}),
		update: senderByID(t.Update, accounts.TokenUpdateParams{AccountID: in.AccountID}),
		remove: senderByID(t.Delete, accounts.TokenDeleteParams{AccountID: in.AccountID}),
	}
}

func newUserTokens(o []option.RequestOption) tokenFamily {
	t := user.NewTokenService(o...)
	return tokenFamily{
		kind:   "user",
		create: sender(t.New, user.TokenNewParams{}),
		list:   sender(t.List, user.TokenListParams{}),
		verify: func(ctx context.Context, o ...option.RequestOption) error {
			_, err := t.Verify(ctx, o...)
			return err
		},
		groups: sender(t.PermissionGroups.List, user.TokenPermissionGroupListParams{}),
		get: func(ctx context.Context, id string, o ...option.RequestOption) error {
			_, err := t.Get(ctx, id, o...)
			return err
		},
		update: senderByID(t.Update, user.TokenUpdateParams{}),
		remove: func(ctx context.Context, id string, o ...option.RequestOption) error {
			_, err := t.Delete(ctx, id, o...)
			return err
		},
	}
}

// sender sends a request with the SDK. The options receive the result.
func sender[P, R any](send func(context.Context, P, ...option.RequestOption) (R, error),
	p P) func(context.Context, ...option.RequestOption) error {
	return func(ctx context.Context, o ...option.RequestOption) error {
		_, err := send(ctx, p, o...)
		return err
	}
}

// senderByID is sender for a request that names a token.
func senderByID[P, R any](send func(context.Context, string, P, ...option.RequestOption) (R, error),
	p P) func(context.Context, string, ...option.RequestOption) error {
	return func(ctx context.Context, id string, o ...option.RequestOption) error {
		_, err := send(ctx, id, p, o...)
		return err
	}
}
