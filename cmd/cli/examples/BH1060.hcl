cloud "local" "main" {}
secrets "age_file" "main" {}
moved {
  from = "old"
  to   = project.photos
}
project "photos" {
  bucket = "bucket-1"
}
