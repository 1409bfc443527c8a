package kit_test

import (
	"net/http"
	"testing"

	"buckethead/vendors/sim/kit"
)

// TestSign has the examples that AWS publishes:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func TestSign(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for name, tt := range map[string]struct {
		method, path, hash string
		headers            map[string]string
		signed             []string
		want               string
	}{
		"get object": {"GET", "/test.txt", empty, map[string]string{"Range": "bytes=0-9"},
			[]string{"host", "range", "x-amz-content-sha256", "x-amz-date"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		"put object": {"PUT", "/test%24file.text", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
			map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY"},
			[]string{"date", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-storage-class"}, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
		"get lifecycle": {"GET", "/?lifecycle", empty, nil, []string{"host", "x-amz-content-sha256", "x-amz-date"},
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		"list objects": {"GET", "/?prefix=J&max-keys=2", empty, nil, []string{"host", "x-amz-content-sha256", "x-amz-date"},
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tt.method, "https://examplebucket.s3.amazonaws.com"+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Amz-Date", "20130524T000000Z")
			r.Header.Set("X-Amz-Content-Sha256", tt.hash)
			for name, value := range tt.headers {
				r.Header.Set(name, value)
			}
			g := kit.Signature{KeyID: "AKIAIOSFODNN7EXAMPLE", Date: "20130524", Region: "us-east-1", Service: "s3", Headers: tt.signed}
			if got := g.Sign(r, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
