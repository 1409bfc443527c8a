cloud "cloudflare_r2" "main" {
  account_id      = "0123456789abcdef0123456789abcdef"
  s3_endpoint_url = "http://127.0.0.1:8787"
}
