# validate --var envv=prod
cloud "local" "main" {}
secrets "age_file" "main" {}
variable "env" { default = "dev" }
