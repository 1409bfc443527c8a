variable "environment" {
  type    = string
  default = "production"
  validation {
    condition     = length(var.environment) > 3
    error_message = "Write the name in full."
  }
}
