cloud "local" "main" {}
secrets "age_file" "main" {}
variable "region" { default = "weur" }
project "photos" {
  bucket = "bucket-1"
  item_title = var.regoin
}
