cloud "local" "main" {}
secrets "age_file" "main" {}
locals {
  days = parseint("x", 10)
}
