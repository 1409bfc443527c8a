cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  dynamic "lifecycle_rule" {
    for_each = { logs = "30d", tmp = "2d" }
    content {
      prefix       = "${lifecycle_rule.key}/"
      delete_after = lifecycle_rule.value
    }
  }
}
