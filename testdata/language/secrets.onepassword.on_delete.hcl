secrets "onepassword" "main" {
  vault     = "Engineering"
  on_delete = "delete"
}
