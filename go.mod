module github.com/splleed/splleed

go 1.26.0

require gonum.org/v1/gonum v0.17.0

require (
	github.com/goccy/go-yaml v1.19.2
	golang.org/x/term v0.47.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/alecthomas/kong v1.17.0
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/sys v0.49.0
)

require golang.org/x/tools v0.30.0 // indirect
