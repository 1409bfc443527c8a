cloud "local" "main" {}
secrets "age_file" "main" {}
project "tenant" {
  for_each = toset([for n in range(30) : "tenant ${n}"])
  bucket   = each.key
}
