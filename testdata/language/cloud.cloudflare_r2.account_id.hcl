cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef0123456789abcdef"
}
