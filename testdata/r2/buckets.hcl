# For trying bh against R2 without an account: `go run ./vendors/sim/r2`
# is a simulated one on this machine. Without the two URLs this is the real thing.
bh { stack = "r2-try" }

cloud "cloudflare_r2" "main" {
  account_id      = env("CLOUDFLARE_ACCOUNT_ID", "0a1b2c3d4e5f60718293a4b5c6d7e8f9")
  api_base_url    = "http://127.0.0.1:8787/client/v4"
  s3_endpoint_url = "http://127.0.0.1:8787/s3/{jurisdiction}"
}

secrets "age_file" "main" {}

project "photos" {
  bucket   = "acme-photos"
  location = "weur"

  cors_rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET", "HEAD"]
    max_age         = "1h"
  }
  lifecycle_rule {
    prefix              = "tmp/"
    delete_after        = "30d"
    abort_uploads_after = "7d"
  }
}

project "invoices" {
  bucket       = "acme-invoices"
  jurisdiction = "eu"
  access       = "read_only"

  lock_rule { retain_for = "365d" }
}
