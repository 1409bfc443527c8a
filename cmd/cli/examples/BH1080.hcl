cloud "local" "main" {}
secrets "age_file" "main" {}
policy "protected" {
  condition     = project.protect
  error_message = "Every bucket is protected here."
}
project "photos" {
  bucket = "bucket-1"
}
