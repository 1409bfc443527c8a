secrets "onepassword" "main" {
  vault  = "Engineering"
  fields = { access_key_id = "Access Key ID" }
}
