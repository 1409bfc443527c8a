cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {}
