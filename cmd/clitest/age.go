package clitest

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// ReadAge returns the document in an age file of bh's. It opens the file with age
// itself, not with bh's own code.
func ReadAge(path string) (map[string]any, error) {
	identity, err := IdentityBeside(path)
	if err != nil {
		return nil, err
	}
	cipher, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = cipher.Close() }()
	plain, err := age.Decrypt(cipher, identity)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return nil, err
	}
	var file map[string]any
	return file, json.Unmarshal(text, &file)
}

// AgeItems returns the items of an age file, or nil if it cannot be read.
func AgeItems(path string) []map[string]any {
	file, err := ReadAge(path)
	if err != nil {
		return nil
	}
	var out []map[string]any
	items, _ := file["items"].([]any)
	for _, item := range items {
		out = append(out, item.(map[string]any))
	}
	return out
}

// IdentityBeside returns the key that opens an age file of bh's.
func IdentityBeside(path string) (age.Identity, error) {
	file, err := os.Open(filepath.Join(filepath.Dir(path), "identity.txt"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, err
	}
	return identities[0], nil
}
