bh {
  required_version = ">= 0.1.0"
  stack            = "acme"
}
