module github.com/splleed/splleed

go 1.26.0
