bh {
  required_version = ">= 0.1.0"
  stack            = "acme-prod"
  state "local" { path = ".bh/state.db" }
}

variable "env" {
  type        = string
  default     = "dev"
  description = "Where this runs."
  validation {
    condition     = contains(["dev", "prod"], var.env)
    error_message = "No such place: ${var.env}."
  }
}

locals { prefix = "acme-${var.env}" }

cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef"
  api_token  = env("SECRET")
}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket        = "${local.prefix}-photos"
  item_title    = "photos (${var.env})"
  access        = "read_write"
  location      = "weur"
  allowed_ips   = ["203.0.113.7"]
  expires_after = "365d"
  rotate {
    every   = "90d"
    overlap = "2d"
  }
}

project "tenant" {
  for_each = { north = { big = true }, south = { big = false } }
  bucket   = "${local.prefix}-${each.key}"
  protect  = each.value.big
  cloud    = cloud.cloudflare_r2.main
}

project "vendor_drop" {
  bucket = "vendor-drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = env("SECRET")
    endpoint_url      = "https://s3.eu-central-1.amazonaws.com"
  }
}

moved {
  from = project.pictures
  to   = project.photos
}

removed { from = project.old["x"] }

import {
  to     = project.tenant["north"]
  bucket = "acme-dev-north"
}
