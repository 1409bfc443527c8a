# Everything here works on a fresh machine: the cloud is a folder and the secret
# store is an encrypted file, both below .bh beside this file. Swap those two blocks
# for real ones, and the projects stay as they are.

bh {
  required_version = ">= 0.1.0"
  stack            = "acme-dev" # marks what this file owns; another file uses another
}

# A variable: bh apply --var env=prod, or BH_VAR_env=prod, or a --var-file.
variable "env" {
  type        = string
  default     = "dev"
  description = "Which environment the buckets are for."

  validation {
    condition     = contains(["dev", "prod"], var.env)
    error_message = "env is dev or prod."
  }
}

# A sensitive variable is shown nowhere. Give the real one as
# BH_VAR_vendor_drop_secret; the default is so that the example runs as it is.
variable "vendor_drop_secret" {
  type      = string
  sensitive = true
  default   = "an-example-and-no-secret"
}

locals {
  prefix = "acme-${var.env}"
}

cloud "local" "main" {}

secrets "age_file" "main" {}

# One bucket, one credential that opens it and nothing else, one item that holds the
# credential.
project "photos" {
  bucket     = "${local.prefix}-photos"
  item_title = "photos (${var.env})"
  access     = "read_write"
  location   = "weur" # a hint that clouds honour when a bucket is made, and never after
  protect    = var.env == "prod"

  # New keys every 90 days. The old ones work for another week, so that whoever read
  # them has time to read the new ones.
  rotate {
    every   = "90d"
    overlap = "7d"
  }
}

# One project for each tenant: project.tenant["north"], project.tenant["south"].
project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "${local.prefix}-${each.key}"

  # A bucket that still holds objects is never deleted, unless this says otherwise.
  on_destroy = "refuse"
}

# For programs that only read. Its keys work from one network alone.
project "reports" {
  bucket      = "${local.prefix}-reports"
  access      = "read_only"
  allowed_ips = ["192.0.2.0/24"]
}

# Keys that someone else issued: bh stores them beside the others and touches no
# cloud. A secret that stands here as it is would be refused.
project "vendor_drop" {
  bucket = "vendor-drop"

  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = var.vendor_drop_secret
    endpoint_url      = "https://s3.eu-central-1.amazonaws.com"
    region            = "eu-central-1"

    # An apply proves keys by one request that lists their bucket. These are an example,
    # and no server knows them.
    verify = false
  }
}
