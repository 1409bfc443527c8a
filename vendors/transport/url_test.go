package transport_test

import (
	"testing"

	"buckethead/vendors/transport"
)

func TestValidURL(t *testing.T) {
	for text, want := range map[string]bool{
		"https://api.example/v4": true, "http://127.0.0.1:8787": true, "http://[::1]:80/x": true, "http://localhost": true,
		"http://api.example": false, "http://10.0.0.1": false, "http://localhost.example": false, "http://127.0.0.1.example": false,
		"ftp://api.example": false, "api.example": false, "": false, "https://": false, "https://u:p@api.example": false,
		"https://api.example?x=1": false, "https://api.example#x": false, "https://%zz": false, "://": false,
	} {
		if got := transport.ValidURL(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
