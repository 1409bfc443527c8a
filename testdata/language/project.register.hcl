cloud "cloudflare_r2" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket = "acme-photos"
  register {
    access_key_id     = "AKIAIOSFODNN7EXAMPLE"
    secret_access_key = env("PHOTOS_SECRET")
    endpoint_url      = "https://s3.eu-central-1.amazonaws.com"
  }
}
