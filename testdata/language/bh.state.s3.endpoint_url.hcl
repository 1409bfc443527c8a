bh {
  state "s3" {
    bucket       = "acme-states"
    key          = "acme/bh.state"
    endpoint_url = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"
  }
}
