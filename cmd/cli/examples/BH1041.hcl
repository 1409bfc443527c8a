cloud "local" "main" {}
secrets "age_file" "main" {}
variable "token" {
  sensitive = true
  default   = "t"
}
project "photos" {
  bucket = "bucket-1"
  item_title = var.token
}
