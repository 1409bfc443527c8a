secrets "age_file" "main" {
  recipients = ["age1wl4cvktldpn5w039wvq50dd8n4t4uxq272j0jtr025l49kffrq6ssdsrrh"]
}
