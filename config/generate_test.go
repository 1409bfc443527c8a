package config

import (
	"bytes"
	"fmt"
)

// generate writes a believable file of n projects: as blocks of their own, or as
// one for_each.
func generate(shape string, n int) []byte {
	var b bytes.Buffer
	b.WriteString(`cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef"
  api_token  = env("TOKEN")
}

secrets "age_file" "main" {}

variable "env" {
  type    = string
  default = "prod"
}

locals { prefix = "acme-${var.env}" }

`)
	if shape == "blocks" {
		for i := range n {
			fmt.Fprintf(&b, "project \"tenant_%06d\" {\n  bucket   = \"${local.prefix}-tenant-%06d\"\n  location = \"weur\"\n  protect  = var.env == \"prod\"\n}\n\n", i, i)
		}
		return b.Bytes()
	}
	b.WriteString("project \"tenant\" {\n  for_each = toset([\n")
	for i := range n {
		fmt.Fprintf(&b, "    \"tenant-%06d\",\n", i)
	}
	b.WriteString("  ])\n  bucket   = \"${local.prefix}-${each.key}\"\n  location = \"weur\"\n  protect  = var.env == \"prod\"\n}\n")
	return b.Bytes()
}
