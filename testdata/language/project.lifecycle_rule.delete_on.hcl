cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"

  lifecycle_rule {
    prefix    = "logs/"
    delete_on = "2027-01-31"
  }
}
