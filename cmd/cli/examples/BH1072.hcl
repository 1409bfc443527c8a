cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef0123456789abcdef"
  api_token  = env("TOKEN")
}
secrets "age_file" "main" {}
project "photos" {
  bucket = "bucket-1"
  custom_domain {
    domain  = "a1.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a2.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a3.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a4.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a5.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a6.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a7.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a8.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a9.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a10.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a11.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a12.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a13.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a14.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a15.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a16.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a17.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a18.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a19.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a20.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a21.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a22.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a23.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a24.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a25.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a26.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a27.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a28.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a29.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a30.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a31.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a32.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a33.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a34.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a35.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a36.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a37.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a38.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a39.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a40.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a41.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a42.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a43.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a44.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a45.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a46.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a47.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a48.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a49.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a50.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
  custom_domain {
    domain  = "a51.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
}
