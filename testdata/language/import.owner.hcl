cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
}

import {
  to     = project.photos
  bucket = "acme-photos"
  owner  = "acme@1b2c3d4e"
}
