cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  lock_rule {
    prefix     = "invoices/"
    retain_for = "3650d"
    id         = "old-logs"
  }
}
