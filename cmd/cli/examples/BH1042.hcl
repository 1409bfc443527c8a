cloud "local" "main" {}
secrets "age_file" "main" {}
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIA"
    secret_access_key = "op://Engineering/drop/secret"
    endpoint_url      = "https://s3.example.com"
  }
}
