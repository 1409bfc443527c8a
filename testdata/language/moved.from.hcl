cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

moved {
  from = project.photos
  to   = project.pictures
}
