cloud "local" "main" {}
secrets "age_file" "main" {}
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIA"
    secret_access_key = "not-a-real-secret"
    endpoint_url      = "https://s3.example.com"
  }
}
