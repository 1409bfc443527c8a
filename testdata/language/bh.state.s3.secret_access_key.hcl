bh {
  state "s3" {
    bucket            = "acme-states"
    key               = "acme/bh.state"
    access_key_id     = "AKIAIOSFODNN7EXAMPLE"
    secret_access_key = env("STATE_SECRET")
  }
}
