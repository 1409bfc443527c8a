package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// networks reads allowed_ips: addresses and networks, in canonical form, sorted
// and each once, so that the order in the file makes no difference to a plan.
func (s *scope) networks(a *hclsyntax.Attribute) ([]string, outcome) {
	list, out := s.texts(a)
	if out != given {
		return nil, out
	}
	canonical := make([]string, 0, len(list))
	for _, text := range list {
		network, fault, fix := parseNetwork(text)
		if fault != "" {
			s.report(invalidValue, a.Expr.Range(), fault, fix)
			out = faulty
			continue
		}
		canonical = append(canonical, network.String())
	}
	if out == faulty {
		return nil, faulty
	}
	slices.Sort(canonical)
	return slices.Compact(canonical), given
}

// parseNetwork reads an address or a network, or says what is wrong with it.
func parseNetwork(text string) (network netip.Prefix, fault, fix string) {
	text = strings.TrimSpace(text)
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), "", ""
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return network, fmt.Sprintf("%q is neither an IP address nor a network.", text),
			`Write it as "203.0.113.7", "203.0.113.0/24" or "2001:db8::/32".`
	}
	if network.Masked() != network {
		return network, fmt.Sprintf("%q is an address within a network, with the length of the network.", text),
			fmt.Sprintf("Write %q for the whole network, or the address alone.", network.Masked().String())
	}
	return network, "", ""
}
