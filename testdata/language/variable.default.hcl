variable "environments" {
  default = ["a", "b"]
}
