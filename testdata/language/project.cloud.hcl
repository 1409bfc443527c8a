cloud "cloudflare_r2" "main" {}

cloud "local" "main" {}

secrets "age_file" "main" {}

project "photos" {
  bucket = "acme-photos"
  cloud  = cloudflare_r2.main
}
