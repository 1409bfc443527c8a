cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "acme-${each.key}"
}

moved {
  from = project.north
  to   = project.tenant["north"]
}
