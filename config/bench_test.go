package config

import (
	"fmt"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
)

// BenchmarkLoad/.../load is compared with BenchmarkLoad/.../hclparse, which parses
// the same bytes and does nothing with them. testdata/bench/config.md has figures.
func BenchmarkLoad(b *testing.B) {
	for _, shape := range []string{"blocks", "for_each"} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			src := generate(shape, n)
			b.Run(fmt.Sprintf("%s/%d/hclparse", shape, n), func(b *testing.B) { benchmarkParse(b, src) })
			b.Run(fmt.Sprintf("%s/%d/load", shape, n), func(b *testing.B) { benchmarkLoad(b, src, n) })
		}
	}
}

func benchmarkParse(b *testing.B, src []byte) {
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := hclparse.NewParser().ParseHCL(src, DefaultFile); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

func benchmarkLoad(b *testing.B, src []byte, n int) {
	o := from("", "TOKEN", "secret")
	o.Overlay[DefaultFile] = src
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		c, diags := Load(o)
		if diags.HasErrors() || len(c.Projects) != n {
			b.Fatal(len(c.Projects), diags.Err())
		}
	}
}

// TestLoad_allocatesAtMostTwiceWhatParsingDoes holds the bar of the benchmarks by
// a figure that is the same on every machine.
func TestLoad_allocatesAtMostTwiceWhatParsingDoes(t *testing.T) {
	for _, shape := range []string{"blocks", "for_each"} {
		o := from("", "TOKEN", "secret")
		src := generate(shape, 1_000)
		o.Overlay[DefaultFile] = src
		parse := testing.AllocsPerRun(2, func() { hclparse.NewParser().ParseHCL(src, DefaultFile) })
		loading := testing.AllocsPerRun(2, func() { Load(o) })
		if loading > 2*parse {
			t.Errorf("%s: loading allocates %.0f times, parsing %.0f", shape, loading, parse)
		}
	}
}
