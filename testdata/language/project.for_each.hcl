cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  for_each = toset(["north", "south"])
  bucket   = "acme-photos-${each.key}"
}
