variable "environment" {
  type        = string
  default     = "production"
  description = "Who owns the buckets."
}
