cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  custom_domain {
    domain  = "files.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
    min_tls = "1.2"
  }
}
