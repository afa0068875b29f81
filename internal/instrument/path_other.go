//go:build !linux

package instrument

import "github.com/splleed/splleed/internal/result"

func describe(name string) result.Path { return result.Path{Kind: "unknown", Interface: name} }
