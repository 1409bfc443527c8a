package words

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 999, time.FixedZone("", 3600))
	midnight := time.Date(2026, 11, 30, 1, 0, 0, 0, time.FixedZone("", 3600))
	for want, got := range map[string][]string{
		"":                     {Some(0, "read"), Join(", ", "", ""), List(), List(""), Day(time.Time{}), Time(time.Time{}), Date(time.Time{}), Clock(time.Time{})},
		"0":                    {Number(0)},
		"999":                  {Number(999)},
		"1,000":                {Number(1000)},
		"1,234,567":            {Number(1234567)},
		"0 reads":              {Count(0, "read")},
		"1 read":               {Count(1, "read"), Some(1, "read")},
		"1,200 reads":          {Count(1200, "read"), Some(1200, "read")},
		"a":                    {Join(", ", "", "a"), List("", "a")},
		"a; b":                 {Join("; ", "a", "", "b")},
		"a and b":              {List("a", "", "b")},
		"a, b and c":           {List("a", "b", "c")},
		"2026-11-30":           {Day(noon), Day(midnight), Date(midnight)},
		"11:00:00":             {Clock(noon)},
		"2026-11-30T11:00:00Z": {Time(noon), Date(noon)},
		"30d":                  {Length(30 * 24 * time.Hour)},
		"1d":                   {Length(24 * time.Hour)},
		"36h":                  {Length(36 * time.Hour)},
		"1h30m":                {Length(90 * time.Minute)},
		"10m":                  {Length(10 * time.Minute)},
		"10m20s":               {Length(620 * time.Second)},
		"0s":                   {Length(0), Span(0)},
		"a minute":             {Span(time.Minute)},
		"1,000 minutes":        {Span(1000 * time.Minute)},
		"1m30s":                {Span(90 * time.Second)},
		"30s":                  {Span(30 * time.Second)},
	} {
		for i, got := range got {
			if got != want {
				t.Errorf("%q, case %d: got %q", want, i, got)
			}
		}
	}
}

func TestJoin_leavesItsPartsAlone(t *testing.T) {
	parts := []string{"", "a", "b"}
	_, _ = Join(", ", parts...), List(parts...)
	if parts[0] != "" || parts[1] != "a" || parts[2] != "b" {
		t.Errorf("the parts are %q now", parts)
	}
}
