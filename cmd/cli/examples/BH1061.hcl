cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
}
moved {
  from = project.photos
  to   = project.albums
}
