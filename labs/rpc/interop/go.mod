module weft/interop

go 1.19
