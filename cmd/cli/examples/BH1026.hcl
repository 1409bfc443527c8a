bh {
  state "gcs" { bucket = "b" }
}
cloud "local" "main" {}
secrets "age_file" "main" {}
