bh {
  state "s3" {
    bucket = "acme-states"
    key    = "acme/bh.state"
  }
}
