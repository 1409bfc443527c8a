cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  lifecycle_rule {
    prefix              = "logs/"
    delete_after        = "30d"
    abort_uploads_after = "3d"
  }
}
