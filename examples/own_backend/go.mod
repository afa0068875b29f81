module example.com/own_backend

go 1.26.0

require github.com/splleed/splleed v0.0.0

require (
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
)

replace github.com/splleed/splleed => ../..
