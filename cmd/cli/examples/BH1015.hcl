cloud "local" "main" {}
secrets "age_file" "main" {}
locals {
  a = local.b
  b = local.a
}
