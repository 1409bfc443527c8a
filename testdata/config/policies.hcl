variable "limit" {
  default   = "90d"
  sensitive = true
}

cloud "local" "main" {}
secrets "age_file" "main" {}

policy "rotated" {
  condition     = project.registered || try(seconds(project.rotate_every) <= seconds(var.limit), false)
  error_message = "${project.address} needs rotate { every = ... } of at most ${var.limit}."
}

policy "networks" {
  condition     = length([for ip in project.allowed_ips : ip if endswith(ip, "/0")]) == 0
  error_message = "Do not open ${project.bucket} to everyone."
  severity      = "warning"
}

policy "no_surprise" {
  condition     = operation.kind != "destroy" || operation.blocked || !startswith(project.bucket, "prod-")
  error_message = "${operation.kind} of ${project.name}: ${operation.reason}, ${join(",", operation.changes)}"
}

policy "always" {
  condition     = seconds(null) == null
  error_message = "Never said."
}

project "photos" {
  bucket = "photos"
  rotate { every = "30d" }
}

project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "tenant-${each.key}"
}
