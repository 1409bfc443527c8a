project "photos" {
  bucket = "bucket-1"
}
