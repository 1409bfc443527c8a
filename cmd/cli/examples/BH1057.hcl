cloud "local" "main" {}
secrets "age_file" "main" {}
project "drop" {
  bucket   = "drop"
  location = "weur"
  register {
    access_key_id     = "AKIA"
    secret_access_key = env("TOKEN")
    endpoint_url      = "https://s3.example.com"
  }
}
