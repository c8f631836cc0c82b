module lab/k3s-1.33

go 1.24.0

require github.com/k3s-io/k3s v1.33.0-rc1.0.20250806161551-ff6abe8a845f
