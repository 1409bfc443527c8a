# Buckets, and the credentials that open them. Change this file, then:
#
#   bh plan     shows what an apply would do
#   bh apply    does it

bh {
  stack = "main" # marks what this file owns
}

# A cloud to try bh with: a bucket is a folder below .bh/local.
cloud "local" "main" {}

# Where the credentials go: an encrypted file, .bh/secrets.age.
secrets "age_file" "main" {}

project "photos" {
  bucket = "my-first-bucket"
}
