package local

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

const (
	idPrefix = "BHL"
	idLength = 20
	base32   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	// secretBytes is how many random bytes a secret has; it is written in hex.
	secretBytes = 32
)

// keyFile is .keys/<access key id>.json. Status is set by hand; if it is empty, the credential
// is active until it expires.
type keyFile struct {
	Name         string         `json:"name"`
	Bucket       string         `json:"bucket"`
	Access       vendors.Access `json:"access"`
	AllowedIPs   []string       `json:"allowed_ips,omitempty"`
	ExpiresAt    time.Time      `json:"expires_at,omitzero"`
	IssuedAt     time.Time      `json:"issued_at"`
	Status       vendors.Status `json:"status,omitempty"`
	SecretSHA256 string         `json:"secret_sha256"`
}

func (k keyFile) credential(id string, now time.Time) vendors.Credential {
	out := vendors.Credential{ID: id, Name: k.Name, Bucket: vendors.BucketID{Name: k.Bucket}, Access: k.Access,
		AllowedIPs: k.AllowedIPs, IssuedAt: k.IssuedAt.UTC(), ExpiresAt: k.ExpiresAt.UTC(), Status: k.Status}
	switch {
	case out.Status != "":
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		out.Status = vendors.Expired
	default:
		out.Status = vendors.Active
	}
	return out
}

// set takes over what UpdateCredential may change.
func (k *keyFile) set(spec vendors.CredentialSpec) {
	k.Access, k.ExpiresAt = spec.Access, plain(spec.ExpiresAt)
	k.AllowedIPs = slices.Sorted(slices.Values(spec.AllowedIPs))
}

// validID reports whether an id has the form that IssueCredential uses, so that it is safe as
// a file name.
func validID(id string) bool {
	rest, ours := strings.CutPrefix(id, idPrefix)
	return ours && len(id) == idLength && strings.Trim(rest, base32) == ""
}

func keyPath(id string) string { return filepath.Join(keysDir, id+".json") }

// readKey returns one credential's file. The error is fs.ErrNotExist if it does not exist.
func readKey(root *os.Root, id string) (keyFile, error) {
	var key keyFile
	if !validID(id) {
		return key, fs.ErrNotExist
	}
	return key, readJSON(root, keyPath(id), &key)
}

// ListCredentials returns every credential, expired ones included.
func (c *Cloud) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	const op = "list credentials"
	var out []vendors.Credential
	err := c.reading(ctx, func(root *os.Root) error {
		entries, err := readDir(root, keysDir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			id, named := strings.CutSuffix(e.Name(), ".json")
			if !named {
				continue
			}
			key, err := readKey(root, id)
			if errors.Is(err, fs.ErrNotExist) {
				continue // not ours, or revoked since the folder was read
			}
			if err != nil {
				return err
			}
			out = append(out, key.credential(id, c.now()))
		}
		return ctx.Err()
	})
	if err = ignoreAbsent(err); err != nil {
		return nil, classify(op, err)
	}
	return out, nil
}

// GetCredential reads one credential. The error is ErrNotFound if it does not exist.
func (c *Cloud) GetCredential(ctx context.Context, id string) (vendors.Credential, error) {
	const op = "read credential"
	var key keyFile
	err := c.reading(ctx, func(root *os.Root) (err error) {
		key, err = readKey(root, id)
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vendors.Credential{}, noCredential(op, id)
	case err != nil:
		return vendors.Credential{}, classify(op, err)
	}
	return key.credential(id, c.now()), nil
}

func noCredential(op, id string) error {
	return refuse(op, vendors.ErrNotFound, "there is no credential "+id)
}

// IssueCredential generates random keys and keeps the SHA-256 of the secret. The error is
// ErrNotFound if there is no such bucket, and ErrInvalid for a spec that CheckCredential
// rejects.
func (c *Cloud) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	const op = "issue credential"
	for _, p := range checkCredential(spec) {
		return vendors.Issued{}, refuse(op, vendors.ErrInvalid, p.Summary+": "+p.Fix)
	}
	id, secret := drawID(), drawSecret()
	sum := sha256.Sum256([]byte(secret))
	key := keyFile{Name: spec.Name, Bucket: spec.Bucket.Name, IssuedAt: plain(c.now()),
		SecretSHA256: hex.EncodeToString(sum[:])}
	key.set(spec)
	err := c.writing(ctx, func(root *os.Root) error {
		if _, err := c.bucket(root, spec.Bucket); errors.Is(err, fs.ErrNotExist) {
			return c.noBucket(op, spec.Bucket)
		} else if err != nil {
			return err
		}
		return writeJSON(root, keysDir, id+".json", key)
	})
	if err != nil {
		return vendors.Issued{}, settled(op, err)
	}
	return vendors.Issued{Credential: key.credential(id, c.now()), Keys: vendors.BucketCredentials{
		AccessKeyID: id, SecretAccessKey: vendors.NewSecret(secret), Bucket: spec.Bucket.Name,
		EndpointURL: endpoint(c.root), Region: region,
	}}, nil
}

func drawID() string {
	raw := make([]byte, idLength-len(idPrefix))
	_, _ = rand.Read(raw) // it never fails
	for i, b := range raw {
		raw[i] = base32[b%32]
	}
	return idPrefix + string(raw)
}

func drawSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}

// UpdateCredential changes access, allowed IPs and expiry, and keeps the keys. The error is
// ErrNotFound if there is no such credential.
func (c *Cloud) UpdateCredential(ctx context.Context, id string, spec vendors.CredentialSpec) error {
	const op = "update credential"
	for _, p := range checkCredential(spec) {
		return refuse(op, vendors.ErrInvalid, p.Summary+": "+p.Fix)
	}
	err := c.writing(ctx, func(root *os.Root) error {
		key, err := readKey(root, id)
		if errors.Is(err, fs.ErrNotExist) {
			return noCredential(op, id)
		}
		if err != nil {
			return err
		}
		key.set(spec)
		return writeJSON(root, keysDir, id+".json", key)
	})
	return settled(op, err)
}

// RevokeCredential deletes a credential's file. If there is none, it succeeds.
func (c *Cloud) RevokeCredential(ctx context.Context, id string) error {
	const op = "revoke credential"
	if !validID(id) {
		return nil
	}
	err := c.writing(ctx, func(root *os.Root) error {
		if err := root.Remove(keyPath(id)); err != nil {
			return err
		}
		return syncDirs(root, keysDir)
	})
	return settled(op, ignoreAbsent(err))
}

// VerifyCredential compares the secret with the digest from when it was issued. The error is
// ErrNotFound if the bucket is gone, and ErrDenied if the keys do not open it.
func (c *Cloud) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	const op = "verify credential"
	if _, err := c.GetBucket(ctx, id); err != nil {
		return err
	}
	var key keyFile
	err := c.reading(ctx, func(root *os.Root) (err error) {
		key, err = readKey(root, keys.AccessKeyID)
		return err
	})
	if err = ignoreAbsent(err); err != nil {
		return classify(op, err)
	}
	sum := sha256.Sum256([]byte(keys.SecretAccessKey.Reveal()))
	same := subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(key.SecretSHA256)) == 1
	live := key.credential(keys.AccessKeyID, c.now())
	if !same || live.Bucket != id || live.Status != vendors.Active {
		return refuse(op, vendors.ErrDenied, "these keys do not open the bucket "+id.Name)
	}
	return nil
}
