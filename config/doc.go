// Package config turns HCL files into what is desired: fully evaluated, checked
// offline, with every fault at once.
//
// HCL and cty stay inside this package; what leaves it is plain Go. It reads the
// files it is told to read and nothing else: environment and vendors come in as
// values, and no vendor is contacted.
package config
