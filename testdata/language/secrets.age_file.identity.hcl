secrets "age_file" "main" {
  identity = env("AGE_IDENTITY")
}
