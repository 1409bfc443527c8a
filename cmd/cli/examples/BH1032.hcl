cloud "local" "main" {}
secrets "age_file" "main" {}
cloud "local" "other" {}
project "photos" {
  bucket = "bucket-1"
}
