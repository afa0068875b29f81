package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
)

// Access is what every request to a server carries beside its question.
type Access struct {
	APIKey    Secret            `json:"api_key,omitempty"`     // sent as a bearer token
	APIKeyEnv string            `json:"api_key_env,omitempty"` // the environment variable that holds the key
	Headers   map[string]string `json:"headers,omitempty"`     // added to every request
	ExtraBody map[string]any    `json:"extra_body,omitempty"`  // merged over every request body

	keyHeader string // takes the key as it is, in place of Authorization; "" where that has it
}

// ownHeaders are those that frame a request, so that only splleed can set them.
var ownHeaders = []string{"connection", "content-length", "content-type", "host", "transfer-encoding"}

// faults checks what can be checked without the environment.
func (a Access) faults() (fs invalid.Fields) {
	fs.Check(isFieldValue(string(a.APIKey)), "api_key", "must be one line of printable characters")
	fs.Check(a.APIKey == "" || a.APIKeyEnv == "", "api_key_env", "cannot stand beside 'api_key'")
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		path := "headers." + name
		fs.Check(isToken(name), path, "is not the name of an HTTP header")
		fs.Check(!slices.Contains(ownHeaders, strings.ToLower(name)), path, "is set by splleed itself")
		fs.Check(isFieldValue(a.Headers[name]), path, "must be one line of printable characters")
	}
	return fs
}

// header returns what the user adds to the head of every request. An error says that the API key is missing.
func (a Access) header(getenv func(string) string) (map[string]string, error) {
	header := maps.Clone(a.Headers)
	if header == nil {
		header = map[string]string{}
	}
	key := string(a.APIKey)
	if a.APIKeyEnv != "" {
		if getenv != nil {
			key = strings.TrimSpace(getenv(a.APIKeyEnv))
		}
		if key == "" {
			return nil, fmt.Errorf("no API key: the environment variable %s ('api_key_env') is not set", a.APIKeyEnv)
		}
		if !isFieldValue(key) {
			return nil, fmt.Errorf("the API key in %s ('api_key_env') is not one line of printable characters", a.APIKeyEnv)
		}
	}
	switch {
	case key == "":
	case a.keyHeader != "":
		header[a.keyHeader] = key
	default:
		header["Authorization"] = "Bearer " + key
	}
	return header, nil
}

// isToken reports whether s can be the name of a header (RFC 9110, "token").
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isFieldValue reports whether s can be the value of a header: a line break in it would forge headers.
func isFieldValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
