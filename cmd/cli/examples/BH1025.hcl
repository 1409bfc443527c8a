bh { required_version = ">= 99.0" }
cloud "local" "main" {}
secrets "age_file" "main" {}
