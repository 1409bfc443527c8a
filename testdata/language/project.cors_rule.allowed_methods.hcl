cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  cors_rule {
    allowed_origins = ["https://app.example.com"]
    allowed_methods = ["GET", "PUT"]
  }
}
