bh {
  state "local" {
    path = ".bh/state.db"
  }
}
