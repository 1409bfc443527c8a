package connections

import (
	"context"
	"log/slog"
	"time"

	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// LevelTrace is below debug: it also logs the requests of vendors and the transactions of the
// state.
const LevelTrace = slog.LevelDebug - 4

// host returns the host for the vendor of a connection.
func (c *Connections) host(ctx context.Context, address string, vendor vendors.Vendor) vendors.Host {
	h := vendors.Host{Dir: c.o.Config.Dir, Now: c.o.Now, Sleep: c.o.Sleep, Transport: c.o.Transport, Share: c.share,
		CacheDir: c.o.CacheDir, MaySend: c.maySend(address, vendor.Settings, vendor.OwnHosts), Learn: c.o.Secrets.Add}
	title := c.Title(address)
	h.Waiting = func(why string, until time.Time) {
		c.o.Waiting(title, why, until)
	}
	if c.o.Log.Enabled(ctx, LevelTrace) {
		ctx := context.WithoutCancel(ctx) // what comes after the end is worth logging, too
		h.Trace = func(e vendors.Exchange) { c.traceExchange(ctx, address, e) }
	}
	return h
}

// VendorTitle returns the usual name of a vendor, or its name in the file if this bh does not have
// it.
func VendorTitle(name string) string {
	if v, ok := registry.Find(name); ok {
		return v.Title
	}
	return name
}

// Title returns the usual name of the vendor of a connection, with the address of the
// connection if another one has the same vendor.
func (c *Connections) Title(address string) string {
	var title string
	same := 0
	for _, declared := range [][]config.Connection{c.o.Config.Clouds, c.o.Config.Secrets} {
		own, ok := config.Find(declared, address)
		if !ok {
			continue
		}
		vendor, _ := registry.Find(own.Vendor)
		title = vendor.Title
		for _, x := range declared {
			if x.Vendor == own.Vendor {
				same++
			}
		}
	}
	if same > 1 || title == "" {
		return title + " (" + address + ")"
	}
	return title
}

// share returns what belongs to an identity, and creates it on first use: two blocks with the
// same token are paced together.
func (c *Connections) share(key string, make func() any) any {
	c.sharing.Lock()
	defer c.sharing.Unlock()
	value, made := c.shared[key]
	if !made {
		value = make()
		c.shared[key] = value
	}
	return value
}

// traceExchange logs a request and its response. The vendors' contract keeps both free of
// secrets.
func (c *Connections) traceExchange(ctx context.Context, address string, e vendors.Exchange) {
	attrs := []any{"connection", address, "method", e.Method, "url", e.URL, "status", e.Status, "request_id", e.RequestID,
		"took", e.Took, "request", e.Request, "answer", e.Answer}
	if e.Err != nil {
		attrs = append(attrs, "error", e.Err.Error())
	}
	c.o.Log.Log(ctx, LevelTrace, "request", attrs...)
}
