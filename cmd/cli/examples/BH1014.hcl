cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
  item_title = uper("x")
}
