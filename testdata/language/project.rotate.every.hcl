cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  rotate {
    every   = "90d"
    overlap = "3d"
  }
}
