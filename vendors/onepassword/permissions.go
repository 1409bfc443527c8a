package onepassword

import "buckethead/vendors"

// permissions returns what the token needs in the vault, in the words of op service-account
// create --vault NAME:read_items,write_items, or of op connect token create --vault NAME,rw. No
// API reports them.
// https://developer.1password.com/docs/service-accounts/manage-service-accounts/
func permissions(s vendors.Settings) []vendors.Permission {
	read, write := "read_items", "write_items"
	if s.Text("connect_host") != "" {
		read, write = "r (read)", "w (write)"
	}
	const secrets = "it can read every secret in the vault, including the keys that bh stored"
	return []vendors.Permission{
		{For: vendors.ForPlan, Name: read, Needed: "list items, and read changed ones", Opens: secrets},
		{For: vendors.ForApply, Name: read, Needed: "list items, and read them back", Opens: secrets},
		{For: vendors.ForApply, Name: write, Needed: "create, change and archive items"},
	}
}
