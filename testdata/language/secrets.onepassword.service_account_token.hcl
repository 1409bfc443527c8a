secrets "onepassword" "main" {
  vault                 = "Engineering"
  service_account_token = env("OP_BH_TOKEN")
}
