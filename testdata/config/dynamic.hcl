cloud "cloudflare_r2" "main" {
  account_id = "x"
  api_token  = env("TOKEN")
}

secrets "age_file" "main" {}

project "stage" {
  for_each = { incoming = "acme-in", media = "acme-media", private = "acme-private" }
  bucket   = each.value
  dynamic "lifecycle_rule" {
    for_each = each.key == "incoming" ? [1] : []
    content {
      id           = "incoming-ttl"
      delete_after = "2d"
    }
  }
  dynamic "lock_rule" {
    for_each = toset(["a/", "b/"])
    content {
      prefix     = lock_rule.key
      retain_for = "1d"
    }
  }
  dynamic "rotate" {
    for_each = [30]
    iterator = days
    content {
      every = each.key == "media" ? "10d" : "${days.value}d"
    }
  }
}
