package cloudflare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"buckethead/config/words"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
	"buckethead/vendors/transport"
)

// tokenPage is the largest page of a token list (API reference: 5 to 50).
const tokenPage = 50

// pagesAtOnce is how many pages of a list are requested at the same time.
const pagesAtOnce = 4

// ListCredentials returns every token of the account, or of the user. The first page says how
// many there are. The others are then read concurrently, and further ones as long as a page is
// full. If the list is shorter than the first page says, it is incomplete, and that is an
// error.
func (c *Cloud) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	last, err := c.tokenPage(ctx, 1)
	if err != nil {
		return nil, err
	}
	// The documentation does not say whether it respects per_page.
	pages, size, total, least := [][]token{last.tokens}, min(max(len(last.tokens), 1), tokenPage), last.total, last.total
	if total > size {
		more, now, err := c.tokenPages(ctx, 2, (total-1)/size+1)
		if err != nil {
			return nil, err
		}
		pages, least = append(pages, more...), min(least, now)
	}
	// Without a total, or if tokens were created in the meantime, a full page means that there
	// may be another.
	for total == 0 && last.more || total > 0 && len(pages)*size < total {
		if err := inBounds(len(pages) + 1); err != nil {
			return nil, err
		}
		if last, err = c.tokenPage(ctx, len(pages)+1); err != nil {
			return nil, err
		}
		total, least = last.total, min(least, last.total)
		pages = append(pages, last.tokens)
		if len(last.tokens) == 0 {
			break
		}
	}
	out, err := c.join(pages)
	if err == nil && len(out) < least {
		err = listTokens.odd(answer{}, fmt.Sprintf("the list is incomplete: it has %s of %s tokens; run the command again",
			words.Number(len(out)), words.Number(least)))
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

var listTokens = act{op: "list tokens", about: aboutAccount}

// inBounds returns an error for a page beyond what any account can have.
func inBounds(page int) error {
	if page <= tokenPages {
		return nil
	}
	return listTokens.odd(answer{}, fmt.Sprintf("the list does not end: it would have more than %s pages",
		words.Number(tokenPages)))
}

// join combines the pages into one list. Tokens that were created or deleted in the meantime
// shift the pages, so one token may be on two pages. If a whole page is there twice, the list
// does not end.
func (c *Cloud) join(pages [][]token) ([]vendors.Credential, error) {
	var out []vendors.Credential
	seen := map[string]bool{}
	for _, page := range pages {
		fresh := 0
		for _, t := range page {
			switch {
			case t.ID == "" || len(t.ID) > longestName:
				return nil, listTokens.odd(answer{}, "the list has a token without a valid id")
			case seen[t.ID]:
				continue
			}
			seen[t.ID] = true
			fresh++
			out = append(out, c.credential(t))
		}
		if fresh == 0 && len(page) > 0 {
			return nil, listTokens.odd(answer{}, "the same page of the list was returned twice")
		}
	}
	return out, nil
}

// tokenPages reads pages first to last, and returns the lowest total that one of them reports.
func (c *Cloud) tokenPages(ctx context.Context, first, last int) (pages [][]token, least int, err error) {
	if err := inBounds(last); err != nil {
		return nil, 0, err
	}
	pages = make([][]token, last-first+1)
	totals := make([]int, len(pages))
	err = parallel.Each(ctx, pagesAtOnce, len(pages), func(i int) error {
		list, err := c.tokenPage(ctx, first+i)
		pages[i], totals[i] = list.tokens, list.total
		return err
	})
	if ended := listTokens.cancelled(ctx); ended != nil {
		return nil, 0, ended
	}
	return pages, slices.Min(totals), err
}

// tokenList is one page of a list: its tokens, how many there are in all (0 if the response
// does not say), and whether another page may follow.
type tokenList struct {
	tokens []token
	total  int
	more   bool
}

// tokenPage reads one page.
func (c *Cloud) tokenPage(ctx context.Context, page int) (tokenList, error) {
	var list []token
	rest, err := c.call(listTokens, &list, func(o ...option.RequestOption) error {
		return c.tokens.list(ctx, append(o, option.WithQuery("page", strconv.Itoa(page)),
			option.WithQuery("per_page", strconv.Itoa(tokenPage)), option.WithQuery("include_expired", "true"))...)
	})
	var info struct {
		TotalCount int `json:"total_count"`
		TotalPages int `json:"total_pages"`
		PerPage    int `json:"per_page"`
	}
	rest.read(&info)
	full := tokenPage
	if info.PerPage > 0 {
		full = min(full, info.PerPage)
	}
	if err == nil && len(list) > longestPage {
		err = listTokens.odd(rest, fmt.Sprintf("a page of the list has %s tokens", words.Number(len(list))))
	}
	return tokenList{list, max(info.TotalCount, 0), info.TotalPages > page || len(list) >= full}, err
}

// GetCredential reads one token.
func (c *Cloud) GetCredential(ctx context.Context, id string) (vendors.Credential, error) {
	a := act{op: "read token", about: aboutToken}
	if !hexID.MatchString(id) {
		return vendors.Credential{}, a.invalid("%q is not a token id", id)
	}
	var t token
	got, err := c.call(a, &t, func(o ...option.RequestOption) error { return c.tokens.get(ctx, id, o...) })
	if err == nil && t.ID != id {
		err = a.odd(got, "the response is about another token")
	}
	if err != nil {
		return vendors.Credential{}, err
	}
	return c.credential(t), nil
}

// IssueCredential creates a token, in one request that is never repeated. The keys are the
// token's id and the SHA-256 of its value.
// https://developers.cloudflare.com/r2/api/tokens/#get-s3-api-credentials-from-an-api-token
func (c *Cloud) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	a := act{op: "create token", writes: true, about: aboutToken}
	if err := a.ready(ctx, spec); err != nil {
		return vendors.Issued{}, err
	}
	g, ended := c.groupFor(ctx, spec.Access)
	if ended != nil {
		return vendors.Issued{}, a.transportError(&transport.NotSentError{Err: ended})
	}
	var t token
	got, err := c.call(a, &t, func(o ...option.RequestOption) error {
		return c.tokens.create(ctx, append(o, body(c.tokenRequest(spec, g)))...)
	})
	if err != nil {
		return vendors.Issued{}, err
	}
	if !hexID.MatchString(t.ID) || t.Value == "" {
		return vendors.Issued{}, a.odd(got, "the response lacks the token's id or value")
	}
	c.host.Learned(vendors.NewSecret(t.Value))
	return vendors.Issued{Credential: c.credential(t), Keys: c.keys(t.ID, t.Value, spec.Bucket)}, nil
}

// keys derives S3 keys.
func (c *Cloud) keys(id, value string, bucket vendors.BucketID) vendors.BucketCredentials {
	sum := sha256.Sum256([]byte(value))
	return vendors.BucketCredentials{AccessKeyID: id, SecretAccessKey: vendors.NewSecret(hex.EncodeToString(sum[:])),
		Bucket: bucket.Name, EndpointURL: c.endpointURL(bucket.Namespace), Region: region, AccountID: c.account,
		Jurisdiction: bucket.Namespace}
}

// ready checks what can be checked before anything is sent.
func (a act) ready(ctx context.Context, spec vendors.CredentialSpec) error {
	if err := a.firstProblem(append(checkCredential(spec),
		checkBucket(vendors.BucketSpec{ID: spec.Bucket})...)); err != nil {
		return err
	}
	if spec.Name == "" {
		return a.invalid("the token has no name")
	}
	return a.cancelled(ctx)
}

// UpdateCredential replaces a token's policy, addresses and expiry. Its id and value stay the
// same, and so do its keys. The documentation does not say whether fields that the request
// leaves out are cleared, so the response is compared with the request.
func (c *Cloud) UpdateCredential(ctx context.Context, id string, spec vendors.CredentialSpec) error {
	a := act{op: "update token", writes: true, about: aboutToken}
	if !hexID.MatchString(id) {
		return a.invalid("%q is not a token id", id)
	}
	if err := a.ready(ctx, spec); err != nil {
		return err
	}
	g, ended := c.groupFor(ctx, spec.Access)
	if ended != nil {
		return a.transportError(&transport.NotSentError{Err: ended})
	}
	var t token
	_, err := c.call(a, &t, func(o ...option.RequestOption) error {
		return c.tokens.update(ctx, id, append(o, body(c.tokenRequest(spec, g)))...)
	})
	if err != nil {
		return err
	}
	if kept := difference(c.credential(t), spec); kept != "" {
		return a.invalid("Cloudflare kept the token's %s; rotate the credential instead", kept)
	}
	return nil
}

// difference names a part of an updated token that differs from the request.
func difference(got vendors.Credential, want vendors.CredentialSpec) string {
	switch {
	case got.Access != want.Access || got.Bucket != want.Bucket:
		return "policy"
	case fmt.Sprint(got.AllowedIPs) != fmt.Sprint(want.AllowedIPs):
		return "allowed addresses"
	case !got.ExpiresAt.Equal(want.ExpiresAt):
		return "expiry"
	}
	return ""
}

// RevokeCredential deletes a token.
func (c *Cloud) RevokeCredential(ctx context.Context, id string) error {
	a := act{op: "delete token", writes: true, about: aboutToken}
	if !hexID.MatchString(id) {
		return a.invalid("%q is not a token id", id)
	}
	_, err := c.call(a, nil, func(o ...option.RequestOption) error { return c.tokens.remove(ctx, id, o...) })
	return absentIsDone(err)
}
