cloud "local" "main" {
  root = env("BUCKETS_AT")
}
secrets "age_file" "main" {}

project "photos" {
  bucket = "photos-${env("STAGE")}"
}
