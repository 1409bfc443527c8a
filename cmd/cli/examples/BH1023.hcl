cloud "local" "main" {}
secrets "age_file" "main" {}
variable "env" {
  default = "x"
  validation {
    condition     = contains(["dev", "prod"], var.env)
    error_message = "env is dev or prod, not ${var.env}."
  }
}
