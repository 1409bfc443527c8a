variable "teams" {
  type    = list(string)
  default = ["web", "data"]
}
