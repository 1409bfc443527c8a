package view

import (
	"bytes"
	"testing"
	"time"
)

func checks() []Check {
	return []Check{
		{Name: "account_id", Outcome: OK, Found: "023e105f4ecef8ad9ca31a8372d0c353", Source: "CLOUDFLARE_ACCOUNT_ID"},
		{Name: "api_token", Outcome: OK, Found: "set", Source: "buckets.hcl"},
		{Name: "identity", Outcome: OK, Found: "account token \"bh\"", Asked: true, Took: 1234567 * time.Microsecond},
		{Name: "expiry", Outcome: Warning, Found: "2026-12-01, in 7 days", Fix: "Create a new one before then, and give it to bh."},
		{Name: "Workers R2 Storage Write", Outcome: Fault, Found: "missing; needed to make buckets", Fix: "Give the identity this permission."},
		{Name: "Account API Tokens Write", Outcome: Unknown, Found: "the vendor does not tell"},
		{Name: "list buckets", Outcome: OK, Found: "3 buckets", Asked: true},
	}
}

func TestChecks_golden(t *testing.T) {
	counts := CheckCounts{}
	for _, c := range checks() {
		counts[c.Outcome]++
	}
	for _, form := range []struct {
		name, format string
		color        bool
	}{{"txt", "human", false}, {"color.txt", "human", true}, {"jsonl", "json", false}} {
		var out, errs bytes.Buffer
		o := options()
		o.Color = form.color
		v, err := New(form.format, &out, &errs, o)
		if err != nil {
			t.Fatal(err)
		}
		v = Serial(Tee(v, v)) // twice, for both see everything
		v.Checks("cloud cloudflare_r2.main", checks())
		v.CheckSummary(counts)
		if errs.Len() > 0 {
			t.Errorf("checks are a result, and something went to the other stream: %q", errs.String())
		}
		golden(t, "checks."+form.name, out.Bytes())
	}
}

func TestCheckCounts(t *testing.T) {
	for _, test := range []struct {
		counts  CheckCounts
		want    string
		healthy bool
	}{
		{CheckCounts{OK: 1}, "All is well: 1 check.", true},
		{CheckCounts{OK: 11, Unknown: 1}, "All is well: 12 checks.", true},
		{CheckCounts{OK: 2, Warning: 1}, "Nothing is wrong: 1 warning in 3 checks.", true},
		{CheckCounts{OK: 2, Warning: 2, Fault: 1}, "1 fault and 2 warnings in 5 checks.", false},
		{CheckCounts{Fault: 2}, "2 faults in 2 checks.", false},
	} {
		if got := test.counts.text(); got != test.want || test.counts.Healthy() != test.healthy {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
