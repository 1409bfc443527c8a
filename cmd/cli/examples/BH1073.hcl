cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef0123456789abcdef"
  api_token  = env("TOKEN")
}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
  lifecycle_rule { delete_on = "soon" }
}
