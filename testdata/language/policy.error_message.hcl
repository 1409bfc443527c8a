cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

policy "private" {
  condition     = !project.public_access
  error_message = "${project.address} would be public."
}
