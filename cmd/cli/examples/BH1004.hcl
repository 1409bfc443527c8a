cloud "local" "main" {}
secrets "age_file" "main" {}
projetc "photos" {}
