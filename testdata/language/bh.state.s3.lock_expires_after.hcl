bh {
  state "s3" {
    bucket             = "acme-states"
    key                = "acme/bh.state"
    lock_expires_after = "5m"
  }
}
