bh {
  state "local" {
    path = "state/bh.db"
  }
}
