cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

removed {
  from = project.photos
}
