cloud "cloudflare_r3" "main" {}
secrets "age_file" "main" {}
