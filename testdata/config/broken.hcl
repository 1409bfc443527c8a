project "p" {
  bucket = "a
  register {
    secret_access_key = "x" y
}
