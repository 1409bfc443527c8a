variable "environment" {
  type      = string
  default   = "production"
  sensitive = true
}
