cloud "cloudflare_r2" "main" {
  account_id = "acme"
}
secrets "age_file" "main" {}
