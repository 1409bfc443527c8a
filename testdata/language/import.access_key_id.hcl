cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
}

import {
  to            = project.photos
  bucket        = "acme-photos"
  item          = "Photos"
  access_key_id = "0123456789abcdef0123456789abcdef"
}
