cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
  for_each = ["north", "south"]
}
