cloud "local" "main" {
  root = "/srv/buckets"
}
