cloud "local" "main" {}
secrets "age_file" "main" {}
project "tenant" {
  for_each = {
    north = "eu"
    south = "us"
    north = "ap"
  }
  bucket = "acme-${each.key}"
}
