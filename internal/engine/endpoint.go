package engine

import (
	"errors"
	"net/url"
	"strings"
)

// baseURL reads an endpoint as users write it, with "/" or "/v1" at its end or without, and returns what request paths
// such as "/v1/completions" are appended to.
func baseURL(endpoint string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", errors.New(`must be the URL of a server, such as "http://localhost:8000"`) // not shown: it may hold a password
	case u.User != nil:
		return "", errors.New("must not hold a user name or password: use 'api_key_env' or 'headers'")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("must be a base URL, without ? and #")
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/v1"), "/")
	return u.Scheme + "://" + u.Host + path, nil
}
