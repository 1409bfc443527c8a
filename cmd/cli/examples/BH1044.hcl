cloud "local" "main" {}
secrets "age_file" "main" {}

project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = regex("^[0-9]+$", env("TOKEN"))
    endpoint_url      = "https://s3.example.com"
  }
}
