secrets "onepassword" "main" {
  vault = "Engineering"
}
