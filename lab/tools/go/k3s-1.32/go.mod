module lab/k3s-1.32

go 1.24.0

require github.com/k3s-io/k3s v1.32.0-rc1.0.20250115204516-d0ea741b138f
