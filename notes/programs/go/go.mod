module weft/crawler

go 1.19
