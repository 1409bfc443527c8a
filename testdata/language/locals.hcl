variable "environment" {
  default = "production"
}

locals {
  prefix = "acme-${var.environment}"
}
