package functions

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var networks = group{"Networks", []row{
	{name: "cidrcontains", f: cidrContainsFunc,
		text:    "Reports whether an address, or a whole network, is in a network.",
		example: `cidrcontains("10.0.0.0/8", "10.1.0.0/16")`, result: `true`},
	{name: "cidrhost", f: cidrHostFunc,
		text:    "Returns an address in a network by its number; negative numbers count from the end.",
		example: `cidrhost("10.12.112.0/20", -1)`, result: `"10.12.127.255"`},
	{name: "cidrnetmask", f: cidrNetmaskFunc, text: "Returns the mask of an IPv4 network.",
		example: `cidrnetmask("172.16.0.0/12")`, result: `"255.240.0.0"`},
	{name: "cidrsubnet", f: cidrSubnetFunc,
		text:    "Adds bits to the length of a network, and returns the subnet with a number.",
		example: `cidrsubnet("10.0.0.0/16", 8, 2)`, result: `"10.0.2.0/24"`},
	{name: "cidrsubnets", f: cidrSubnetsFunc,
		text:    "Returns consecutive subnets of a network, one for each number of bits to add.",
		example: `cidrsubnets("10.1.0.0/16", 4, 4, 8)`, result: `["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24"]`},
}}

var (
	prefixParam = function.Parameter{Name: "prefix", Type: cty.String}

	cidrContainsFunc = function.New(&function.Spec{
		Params: []function.Parameter{prefixParam, {Name: "address_or_prefix", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n, err := networkOf(args, 0)
			if err != nil {
				return cty.NilVal, err
			}
			inner, err := networkOf(args, 1)
			if address, single := netip.ParseAddr(args[1].AsString()); single == nil && address.Zone() == "" {
				inner, err = network{netip.PrefixFrom(address, address.BitLen())}, nil
			}
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "%q is not an address or a network", args[1].AsString())
			}
			if n.bits() != inner.bits() {
				return cty.NilVal, errors.New("one of the two is IPv4 and the other is IPv6")
			}
			return cty.BoolVal(n.Bits() <= inner.Bits() && n.Contains(inner.Addr())), nil
		},
	})

	cidrHostFunc = function.New(&function.Spec{
		Params: []function.Parameter{prefixParam, {Name: "hostnum", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n, err := networkOf(args, 0)
			if err != nil {
				return cty.NilVal, err
			}
			host, err := wholeNumber(args, 1)
			if err != nil {
				return cty.NilVal, err
			}
			size := power(n.bits() - n.Bits())
			if host.Sign() < 0 {
				host.Add(host, size)
			}
			if host.Sign() < 0 || host.Cmp(size) >= 0 {
				return cty.NilVal, function.NewArgErrorf(1, "%s has no address of this number", n)
			}
			return cty.StringVal(n.at(host).String()), nil
		},
	})

	cidrNetmaskFunc = function.New(&function.Spec{
		Params: []function.Parameter{prefixParam},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n, err := networkOf(args, 0)
			if err != nil {
				return cty.NilVal, err
			}
			if !n.Addr().Is4() {
				return cty.NilVal, function.NewArgErrorf(0, "%s is IPv6, and only IPv4 networks have a mask", n)
			}
			all := netip.AddrFrom4([4]byte{255, 255, 255, 255})
			return cty.StringVal(netip.PrefixFrom(all, n.Bits()).Masked().Addr().String()), nil
		},
	})

	cidrSubnetFunc = function.New(&function.Spec{
		Params: []function.Parameter{prefixParam, {Name: "newbits", Type: cty.Number}, {Name: "netnum", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n, err := networkOf(args, 0)
			if err != nil {
				return cty.NilVal, err
			}
			length, err := n.longer(args, 1, 0)
			if err != nil {
				return cty.NilVal, err
			}
			number, err := wholeNumber(args, 2)
			if err != nil {
				return cty.NilVal, err
			}
			if number.Sign() < 0 || number.Cmp(power(length-n.Bits())) >= 0 {
				return cty.NilVal, function.NewArgErrorf(2, "%s has no part of this number with %d bits more", n, length-n.Bits())
			}
			at := n.at(number.Lsh(number, uint(n.bits()-length)))
			return cty.StringVal(netip.PrefixFrom(at, length).String()), nil
		},
	})

	cidrSubnetsFunc = function.New(&function.Spec{
		Params:   []function.Parameter{prefixParam},
		VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
		Type:     function.StaticReturnType(cty.List(cty.String)),
		Impl:     cidrSubnets,
	})
)

func cidrSubnets(args []cty.Value, _ cty.Type) (cty.Value, error) {
	n, err := networkOf(args, 0)
	if err != nil {
		return cty.NilVal, err
	}
	if len(args) == 1 {
		return cty.ListValEmpty(cty.String), nil
	}
	used, all := new(big.Int), power(n.bits()-n.Bits())
	var out []cty.Value
	for i := range args[1:] {
		length, err := n.longer(args, i+1, 1)
		if err != nil {
			return cty.NilVal, err
		}
		size := power(n.bits() - length)
		if rest := new(big.Int).Mod(used, size); rest.Sign() > 0 { // a network begins at a multiple of its size
			used.Add(used, size).Sub(used, rest)
		}
		at := new(big.Int).Set(used)
		if used.Add(used, size).Cmp(all) > 0 {
			return cty.NilVal, function.NewArgErrorf(i+1, "%s has no room left for a network of /%d", n, length)
		}
		out = append(out, cty.StringVal(netip.PrefixFrom(n.at(at), length).String()))
	}
	return cty.ListVal(out), nil
}

// network is a network whose address is its first one.
type network struct{ netip.Prefix }

func networkOf(args []cty.Value, i int) (network, error) {
	p, err := netip.ParsePrefix(args[i].AsString())
	if err != nil {
		return network{}, function.NewArgErrorf(i, "%q is not a network such as 10.0.0.0/8 or 2001:db8::/32", args[i].AsString())
	}
	return network{p.Masked()}, nil
}

// bits returns the length of addresses: 32 or 128.
func (n network) bits() int { return n.Addr().BitLen() }

// at returns the address so many after the first.
func (n network) at(offset *big.Int) netip.Addr {
	raw := make([]byte, n.bits()/8)
	new(big.Int).Add(new(big.Int).SetBytes(n.Addr().AsSlice()), offset).FillBytes(raw)
	address, _ := netip.AddrFromSlice(raw)
	return address
}

// longer returns the length of a part that has as many bits more as an argument says.
func (n network) longer(args []cty.Value, i, least int) (int, error) {
	more, err := wholeNumber(args, i)
	if err != nil {
		return 0, err
	}
	if more.Cmp(big.NewInt(int64(least))) < 0 {
		return 0, function.NewArgErrorf(i, "at least %d is needed", least)
	}
	if room := n.bits() - n.Bits(); more.Cmp(big.NewInt(int64(room))) > 0 {
		return 0, function.NewArgErrorf(i, "%s can have at most %d bits more", n, room)
	}
	return n.Bits() + int(more.Int64()), nil
}

// power returns 2 to the power of n.
func power(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

func wholeNumber(args []cty.Value, i int) (*big.Int, error) {
	f := args[i].AsBigFloat()
	if !f.IsInt() || f.MantExp(nil) > 256 {
		return nil, function.NewArgError(i, fmt.Errorf("a whole number is needed"))
	}
	n, _ := f.Int(nil)
	return n, nil
}
