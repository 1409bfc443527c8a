cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket      = "acme-photos"
  allowed_ips = ["2001:db8::/32", "203.0.113.0/24"]
}
