secrets "onepassword" "eng" {
  vault = "Engineering"
}
