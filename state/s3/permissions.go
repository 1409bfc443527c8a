package s3

import "buckethead/vendors"

// Permissions returns what the keys of a shared state need, in the words of AWS. R2 calls the
// first set Object Read only, and both Object Read & Write, for one bucket.
func Permissions() []vendors.Permission {
	const opens = "it tells the names of projects, buckets and key ids, and no secret"
	return []vendors.Permission{
		{For: vendors.ForPlan, Name: "s3:GetObject", Needed: "read KEY and KEY.lock", Opens: opens},
		{For: vendors.ForPlan, Name: "s3:ListBucket", Needed: "know that an object is not there, and list copies"},
		{For: vendors.ForApply, Name: "s3:GetObject", Needed: "read KEY, and what begins with KEY.", Opens: opens},
		{For: vendors.ForApply, Name: "s3:ListBucket", Needed: "know that an object is not there, and list copies"},
		{For: vendors.ForApply, Name: "s3:PutObject", Needed: "write KEY, and what begins with KEY."},
		{For: vendors.ForApply, Name: "s3:DeleteObject", Needed: "delete old copies, which begin with KEY."},
	}
}
