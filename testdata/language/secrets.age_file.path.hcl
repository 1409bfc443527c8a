secrets "age_file" "main" {
  path = "secrets.age"
}
