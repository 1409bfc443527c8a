cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"

  lock_rule {
    prefix       = "invoices/"
    retain_until = "2030-01-01"
  }
}
