package cli

import (
	"context"
	"time"

	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// host is what the vendor of a connection is given of this machine.
func (s *session) host(address string) vendors.Host {
	h := vendors.Host{Dir: s.config.Dir, Now: s.p.Now, Sleep: s.p.Sleep, Transport: s.p.Hooks.Transport, Share: s.share, CacheDir: s.p.CacheDir}
	title := s.title(address)
	h.Waiting = func(why string, until time.Time) {
		s.view.Waiting(title, why, until)
	}
	if s.log.Enabled(context.Background(), levelTrace) {
		h.Trace = func(e vendors.Exchange) { s.traceExchange(address, e) }
	}
	return h
}

// vendorTitle is what people call a vendor; its name where this bh lacks it.
func vendorTitle(name string) string {
	if v, ok := registry.Find(name); ok {
		return v.Title
	}
	return name
}

// title is what people call the vendor of a connection, with the connection's name
// where another one has the same vendor.
func (s *session) title(address string) string {
	var title string
	same := 0
	for _, declared := range [][]config.Connection{s.config.Clouds, s.config.Secrets} {
		own, ok := config.Find(declared, address)
		if !ok {
			continue
		}
		vendor, _ := registry.Find(own.Vendor)
		title = vendor.Title
		for _, c := range declared {
			if c.Vendor == own.Vendor {
				same++
			}
		}
	}
	if same > 1 || title == "" {
		return title + " (" + address + ")"
	}
	return title
}

// share gives what belongs to an identity: two blocks with one token are paced
// together.
func (s *session) share(key string, make func() any) any {
	s.sharing.Lock()
	defer s.sharing.Unlock()
	value, made := s.shared[key]
	if !made {
		value = make()
		s.shared[key] = value
	}
	return value
}

// traceExchange logs a request and its answer, which are free of secrets by the
// vendors' contract.
func (s *session) traceExchange(address string, e vendors.Exchange) {
	attrs := []any{"connection", address, "method", e.Method, "url", e.URL, "status", e.Status, "request_id", e.RequestID, "took", e.Took,
		"request", e.Request, "answer", e.Answer}
	if e.Err != nil {
		attrs = append(attrs, "error", e.Err.Error())
	}
	s.log.Log(context.Background(), levelTrace, "request", attrs...)
}
