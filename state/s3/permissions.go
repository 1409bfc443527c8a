package s3

import "buckethead/vendors"

// Permissions returns what the keys of a shared state need, in the words of AWS. For one
// bucket, R2 calls the first set Object Read only, and both together Object Read & Write.
func Permissions() []vendors.Permission {
	const opens = "it contains the names of projects, buckets and key ids, but no secret"
	return []vendors.Permission{
		{For: vendors.ForPlan, Name: "s3:GetObject", Needed: "read KEY and KEY.lock", Opens: opens},
		{For: vendors.ForPlan, Name: "s3:ListBucket", Needed: "see that an object does not exist, and list copies"},
		{For: vendors.ForApply, Name: "s3:GetObject", Needed: "read KEY and names that begin with KEY.", Opens: opens},
		{For: vendors.ForApply, Name: "s3:ListBucket", Needed: "see that an object does not exist, and list copies"},
		{For: vendors.ForApply, Name: "s3:PutObject", Needed: "write KEY and names that begin with KEY."},
		{For: vendors.ForApply, Name: "s3:DeleteObject", Needed: "delete old copies, whose names begin with KEY."},
	}
}
