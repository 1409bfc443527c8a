package config

const cloudHeader = `cloud "cloudflare_r2" "main" {
  account_id = "x"
  api_token  = env("TOKEN")
}
secrets "age_file" "main" {}
`
