secrets "age_file" "main" {}
