cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
}
project "albums" {
  bucket = "bucket-1"
}
