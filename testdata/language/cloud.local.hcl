cloud "local" "main" {}
