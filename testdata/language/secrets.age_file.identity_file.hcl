secrets "age_file" "main" {
  identity_file = "/etc/bh/identity.txt"
}
