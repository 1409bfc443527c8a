bh { stack = "golden" }
cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "golden-photos"
  rotate {
    every   = "90d"
    overlap = "7d"
  }
}
project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "golden-${each.key}"
  protect  = each.key == "north"
}
project "vendor_drop" {
  bucket = "vendor-drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = env("VENDOR_DROP_SECRET")
    endpoint_url      = "https://s3.example.com"
    verify            = false
  }
}
project "reports" {
  bucket = "golden-reports"
  access = "read_only"
}
