cloud "local" "main" {}
secrets "age_file" "main" {}
variable "env" {
  type    = strin
  default = ""
}
