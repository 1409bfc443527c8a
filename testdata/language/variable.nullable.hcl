variable "environment" {
  type     = string
  default  = "production"
  nullable = false
}
