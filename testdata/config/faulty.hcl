variable "s" {
  sensitive = true
  default   = "default"
  type      = number
}

variable "missing" {}

locals {
  a = local.b
  b = local.a
  c = [for x in ["1", "z"] : parseint(x, 10) if x != var.s]
  d = timestamp()
}

cloud "local" "main" { rot = "x" }
cloud "lokal" "main" {}
secrets "age_file" "main" { recipients = [1, null] }

project "p" {
  for_each   = toset(["a", "", var.s])
  bucket     = each.value.name
  protect    = "maybe"
  on_destroy = "delete"
  rotate { every = "1y" }
  rotate {}
  register { secret_access_key = "literal" }
}

project "p" { bucket = env("UNSET") }
project "q" {
  bucket      = "Q"
  cloud       = local.mian
  allowed_ips = ["10.0.0.5/8"]
  title       = <<-EOT
    %{ for x in [1, 2] ~}
    ${x}
    %{ endfor ~}
  EOT
}

moved {
  from = project.x
  to   = project.x
}
removed { from = project.p }
import { to = project.pp }
