cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
}
import {
  to     = project.photos
  bucket = "other"
}
