package cloudflare

import (
	"context"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/user"
)

// tokenFamily is one of the two roots under which tokens are: an account's or a
// user's. The shapes are the same (API reference, Account and User API tokens).
// What is sent and what comes back is given by the options.
type tokenFamily interface {
	create(ctx context.Context, o ...option.RequestOption) error
	list(ctx context.Context, o ...option.RequestOption) error
	get(ctx context.Context, id string, o ...option.RequestOption) error
	update(ctx context.Context, id string, o ...option.RequestOption) error
	remove(ctx context.Context, id string, o ...option.RequestOption) error
	verify(ctx context.Context, o ...option.RequestOption) error
	groups(ctx context.Context, o ...option.RequestOption) error
	// kind is the family's word, permission the group that lets bh manage it.
	kind() string
	permission() string
}

type accountTokens struct {
	account string
	tokens  *accounts.TokenService
}

func newAccountTokens(account string, o []option.RequestOption) accountTokens {
	return accountTokens{account, accounts.NewTokenService(o...)}
}

func (accountTokens) kind() string       { return "account" }
func (accountTokens) permission() string { return "Account API Tokens Write" }

func (f accountTokens) create(ctx context.Context, o ...option.RequestOption) error {
	var p accounts.TokenNewParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.New(ctx, p, o...)
	return err
}

func (f accountTokens) list(ctx context.Context, o ...option.RequestOption) error {
	var p accounts.TokenListParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.List(ctx, p, o...)
	return err
}

func (f accountTokens) get(ctx context.Context, id string, o ...option.RequestOption) error {
	var p accounts.TokenGetParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.Get(ctx, id, p, o...)
	return err
}

func (f accountTokens) update(ctx context.Context, id string, o ...option.RequestOption) error {
	var p accounts.TokenUpdateParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.Update(ctx, id, p, o...)
	return err
}

func (f accountTokens) remove(ctx context.Context, id string, o ...option.RequestOption) error {
	var p accounts.TokenDeleteParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.Delete(ctx, id, p, o...)
	return err
}

func (f accountTokens) verify(ctx context.Context, o ...option.RequestOption) error {
	var p accounts.TokenVerifyParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.Verify(ctx, p, o...)
	return err
}

func (f accountTokens) groups(ctx context.Context, o ...option.RequestOption) error {
	var p accounts.TokenPermissionGroupGetParams
	p.AccountID.Value, p.AccountID.Present = f.account, true
	_, err := f.tokens.PermissionGroups.Get(ctx, p, o...)
	return err
}

type userTokens struct{ tokens *user.TokenService }

func newUserTokens(o []option.RequestOption) userTokens {
	return userTokens{user.NewTokenService(o...)}
}

func (userTokens) kind() string       { return "user" }
func (userTokens) permission() string { return "API Tokens Write" }

func (f userTokens) create(ctx context.Context, o ...option.RequestOption) error {
	_, err := f.tokens.New(ctx, user.TokenNewParams{}, o...)
	return err
}

func (f userTokens) list(ctx context.Context, o ...option.RequestOption) error {
	_, err := f.tokens.List(ctx, user.TokenListParams{}, o...)
	return err
}

func (f userTokens) get(ctx context.Context, id string, o ...option.RequestOption) error {
	_, err := f.tokens.Get(ctx, id, o...)
	return err
}

func (f userTokens) update(ctx context.Context, id string, o ...option.RequestOption) error {
	_, err := f.tokens.Update(ctx, id, user.TokenUpdateParams{}, o...)
	return err
}

func (f userTokens) remove(ctx context.Context, id string, o ...option.RequestOption) error {
	_, err := f.tokens.Delete(ctx, id, o...)
	return err
}

func (f userTokens) verify(ctx context.Context, o ...option.RequestOption) error {
	_, err := f.tokens.Verify(ctx, o...)
	return err
}

func (f userTokens) groups(ctx context.Context, o ...option.RequestOption) error {
	_, err := f.tokens.PermissionGroups.List(ctx, user.TokenPermissionGroupListParams{}, o...)
	return err
}
