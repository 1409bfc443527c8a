package connections

import (
	"buckethead/planner"
	"buckethead/vendors"
)

// Address returns where a bucket of a declared cloud can be reached, as far as the settings
// say. It makes no call and opens nothing.
func (c *Connections) Address(cloud string, id vendors.BucketID) planner.Address {
	connection, vendor, err := find("cloud", c.o.Config.Clouds, cloud)
	if err != nil || vendor.Address == nil {
		return planner.Address{}
	}
	address := vendor.Address(connection.Settings, id)
	return planner.Address{Address: address, Variable: vendor.Variable(connection.Settings, address.Setting)}
}

// Shape returns a digest of how a declared store writes items. It makes no call.
func (c *Connections) Shape(secrets string) string {
	connection, vendor, err := find("secrets", c.o.Config.Secrets, secrets)
	if err != nil || vendor.Shape == nil {
		return ""
	}
	return vendor.Shape(connection.Settings)
}
