// Package secret strikes out what nobody but the server should read: API keys, tokens, passwords. It judges by names
// (of fields and flags), by shape (tokens of known services, URLs) and by values that are known to be secret. It errs on the
// side of striking too much, and cannot know every secret.
package secret

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Struck stands where a secret was.
const Struck = "***"

// words end the names of secrets.
var words = []string{"key", "apikey", "token", "secret", "password", "passwd", "credential", "credentials", "authorization", "cookie"}

// Name reports whether a field or a flag of this name holds a secret: "api_key", "--hf-token", but not "max_tokens".
func Name(name string) bool {
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return '_'
		}
		return r
	}, strings.ToLower(name))
	return slices.Contains(words, name[strings.LastIndexByte(name, '_')+1:])
}

// Fields strikes, in place and at any depth, the values of fields with the name of a secret, all headers, and what looks
// like a secret in texts.
func Fields(fields map[string]any) {
	for name, value := range fields {
		fields[name] = field(name, value)
	}
}

func field(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name == "headers" {
			for header := range v {
				v[header] = Struck
			}
		}
		Fields(v)
	case []any:
		for i := range v {
			v[i] = field(name, v[i])
		}
	case string:
		if v != "" && Name(name) {
			return Struck
		}
		return Text(v)
	}
	return value
}

// Args returns a command line with the values of flags for secrets struck: "--api-key x", "--api-key=x".
func Args(args []string) []string {
	out := make([]string, len(args))
	secret := false // the flag before is one for secrets
	for i, arg := range args {
		flag, _, assigned := strings.Cut(arg, "=")
		isFlag := strings.HasPrefix(arg, "-")
		switch {
		case secret && !isFlag:
			out[i] = Struck
			continue // it may take several
		case isFlag && assigned && Name(flag):
			out[i] = flag + "=" + Struck
		default:
			out[i] = Text(arg)
		}
		secret = isFlag && !assigned && Name(flag)
	}
	return out
}

// shapes are what secrets look like in running text, and what is left of them.
var shapes = []struct {
	pattern *regexp.Regexp
	left    string
}{
	{regexp.MustCompile(`\b(?:hf_|sk-|ghp_|glpat-|nvapi-|gsk_)[A-Za-z0-9_-]{8,}`), Struck},
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{4,}`), "$1 " + Struck},
	{regexp.MustCompile(`(://)[^/\s@"']*@`), "${1}" + Struck + "@"},
	{regexp.MustCompile(`(?i)([?&][a-z0-9_.-]*(?:key|token|secret|password|passwd|auth|sig|signature)=)[^&\s"']+`), "${1}" + Struck},
	{regexp.MustCompile(`(?i)(\b(?:api[_-]?key|(?:hf|auth|access)[_-]?token|password|secret)["']?\s*[:=]\s*\[?\s*["']?)[^\s"',\]}]{4,}`), "${1}" + Struck},
}

// Text strikes what looks like a secret.
func Text(s string) string {
	for _, shape := range shapes {
		s = shape.pattern.ReplaceAllString(s, shape.left)
	}
	return s
}

// Values are known secrets.
type Values []string

// shortest is how long a value must be to be looked for: a short one is part of many a word.
const shortest = 6

// OfHeader are the secrets in headers: all values, "Bearer" apart, but for short ones.
func OfHeader(header map[string]string) (vs Values) {
	for _, value := range header {
		if scheme, rest, ok := strings.Cut(value, " "); ok && !strings.Contains(rest, " ") && len(scheme) <= len("Bearer") {
			value = rest
		}
		if len(value) >= shortest {
			vs = append(vs, value)
		}
	}
	slices.SortFunc(vs, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	return vs
}

// Text strikes the known secrets, as they are and as a URL has them, and what looks like one.
func (vs Values) Text(s string) string {
	for _, v := range vs {
		s = strings.ReplaceAll(s, v, Struck)
		s = strings.ReplaceAll(s, url.QueryEscape(v), Struck)
	}
	return Text(s)
}
