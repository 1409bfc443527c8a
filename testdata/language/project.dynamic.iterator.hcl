cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  dynamic "lifecycle_rule" {
    for_each = ["logs/", "tmp/"]
    iterator = rule
    content {
      prefix       = rule.value
      delete_after = "30d"
    }
  }
}
