package connections

import (
	"errors"
	"fmt"

	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// AllowedHosts is the environment variable that allows more hosts.
const AllowedHosts = "BH_ALLOWED_HOSTS"

// theState is used as the address of the connection to the state.
const theState = "the state"

// maySend returns the rule on where the secrets of a block may be sent: to the hosts of its vendor, to
// this machine, to hosts in the variables that the vendor reads, and to those in BH_ALLOWED_HOSTS. A
// host that only the file names gets no secrets, because a plan works with files that nobody has
// reviewed.
//
// Every transport checks the rule before each request that may carry a secret. Opening a connection
// checks it too, so that the error can name the setting.
func (c *Connections) maySend(connection string, described []vendors.Setting, own vendors.Hosts) func(host string) error {
	inEnvironment := c.hostsInEnvironment(described)
	return func(host string) error {
		if vendors.Loopback(host) || own.Contains(host) || inEnvironment.Contains(host) {
			return nil
		}
		allowed, err := vendors.ParseHosts(c.o.Env(AllowedHosts))
		if err != nil {
			return fmt.Errorf("%w: %s: %w", vendors.ErrHostNotAllowed, AllowedHosts, err)
		}
		if allowed.Contains(host) {
			return nil
		}
		return &vendors.HostError{Connection: connection, Host: host, Allow: allow(host)}
	}
}

// hostsInEnvironment returns the hosts in the variables that a vendor reads for its endpoints.
func (c *Connections) hostsInEnvironment(described []vendors.Setting) (out vendors.Hosts) {
	for _, setting := range described {
		if setting.Endpoint == vendors.NoEndpoint {
			continue
		}
		for _, name := range setting.Env {
			if host := vendors.HostOf(c.o.Env(name)); host != "" {
				out = append(out, host)
			}
		}
	}
	return out
}

// allow returns the command that allows a host in addition to those already allowed, or "" if the text
// is not a host name, such as $(x).example.
func allow(host string) string {
	if hosts, err := vendors.ParseHosts(host); err != nil || len(hosts) != 1 {
		return ""
	}
	return "export " + AllowedHosts + `="$` + AllowedHosts + " " + host + `"`
}

// RefusedHosts returns the hosts that the declared connections name and that must not get their secrets.
func (c *Connections) RefusedHosts() (out []*vendors.HostError) {
	for _, declared := range [][]config.Connection{c.o.Config.Clouds, c.o.Config.Secrets} {
		for _, connection := range declared {
			vendor, _ := registry.Find(connection.Vendor)
			var refused *vendors.HostError
			if errors.As(c.checkHosts(connection, vendor), &refused) {
				out = append(out, refused)
			}
		}
	}
	return out
}

// checkHosts returns an error for the first server of a connection that would get secrets but must not.
func (c *Connections) checkHosts(connection config.Connection, vendor vendors.Vendor) error {
	maySend := c.maySend(connection.Address(), vendor.Settings, vendor.OwnHosts)
	for _, server := range vendors.Servers(vendor.Settings, vendor.OwnHosts, connection.Settings) {
		if server.Endpoint != vendors.ReceivesSecrets {
			continue
		}
		err := maySend(server.Host)
		var refused *vendors.HostError
		if errors.As(err, &refused) {
			refused.Setting = server.Setting
		}
		if err != nil {
			return err
		}
	}
	return nil
}
