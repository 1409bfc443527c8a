secrets "onepassword" "main" {
  vault         = "Engineering"
  connect_host  = "http://localhost:8080"
  connect_token = env("OP_BH_CONNECT_TOKEN")
  on_delete     = "delete"
}
