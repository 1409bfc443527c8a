cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef"
  api_token  = env("SECRET")
}

secrets "age_file" "main" {}

project "site" {
  bucket = "acme-site"

  cors_rule {
    allowed_origins = ["https://www.example.com", "HTTPS://App.example.com:8443"]
    allowed_methods = ["get", "HEAD"]
    allowed_headers = ["content-type"]
    expose_headers  = ["etag", "content-length"]
    max_age         = "1h"
  }

  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET", "GET"]
  }

  lifecycle_rule {
    delete_after = "30d"
    prefix       = "tmp/"
  }

  lifecycle_rule {
    id                      = "archive"
    enabled                 = false
    delete_on               = "2030-01-01"
    infrequent_access_after = "90d"
    abort_uploads_after     = "7d"
  }

  lock_rule {
    retain_for = "365d"
    prefix     = "audit/"
  }

  lock_rule {
    id           = "law"
    retain_until = "2030-01-01T02:00:00+02:00"
  }

  lock_rule {
    enabled    = false
    indefinite = true
  }

  custom_domain {
    domain  = "Files.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
    min_tls = "1.2"
    ciphers = ["B-SHA256", "A-SHA256"]
  }

  public_access {}
}

project "tenant" {
  for_each = { north = 30, south = 60 }
  bucket   = "acme-${each.key}"
  cors_rule {
    allowed_origins = ["https://shared.example.com"]
    allowed_methods = ["GET"]
  }
  cors_rule {
    allowed_origins = ["https://${each.key}.example.com"]
    allowed_methods = ["PUT"]
  }
  lifecycle_rule {
    id           = "old"
    delete_after = "${each.value}d"
  }
  custom_domain {
    domain  = "${each.key}.example.com"
    zone_id = "0123"
    enabled = each.key == "north"
  }
  lock_rule {
    retain_for = "1d"
  }
  public_access { enabled = false }
}
