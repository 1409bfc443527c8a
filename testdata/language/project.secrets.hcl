cloud "local" "main" {}

secrets "age_file" "main" {}

secrets "onepassword" "eng" {
  vault = "Engineering"
}

project "photos" {
  bucket  = "acme-photos"
  secrets = onepassword.eng
}
