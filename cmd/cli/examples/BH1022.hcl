cloud "local" "main" {}
secrets "age_file" "main" {}
variable "count" {
  type    = number
  default = "many"
}
