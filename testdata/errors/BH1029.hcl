cloud "local" "main" {}
secrets "age_file" "main" {}
project "p0" { bucket = "b" }
project "p1" { bucket = "b" }
project "p2" { bucket = "b" }
project "p3" { bucket = "b" }
project "p4" { bucket = "b" }
project "p5" { bucket = "b" }
project "p6" { bucket = "b" }
project "p7" { bucket = "b" }
project "p8" { bucket = "b" }
project "p9" { bucket = "b" }
project "p10" { bucket = "b" }
project "p11" { bucket = "b" }
project "p12" { bucket = "b" }
project "p13" { bucket = "b" }
project "p14" { bucket = "b" }
project "p15" { bucket = "b" }
project "p16" { bucket = "b" }
project "p17" { bucket = "b" }
project "p18" { bucket = "b" }
project "p19" { bucket = "b" }
project "p20" { bucket = "b" }
project "p21" { bucket = "b" }
project "p22" { bucket = "b" }
project "p23" { bucket = "b" }
project "p24" { bucket = "b" }
