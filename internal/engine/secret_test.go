package engine

import (
	"fmt"
	"strings"
	"testing"
)

// However a backend is printed, its key is not.
func TestSecretsAreNotPrinted(t *testing.T) {
	b := OpenAI{Access: Access{APIKey: "opensesame"}}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		for _, what := range []any{b, &b, b.APIKey} {
			if got := fmt.Sprintf(verb, what); strings.Contains(got, "opensesame") || !strings.Contains(got, "***") {
				t.Errorf("%s of a %T is %s", verb, what, got)
			}
		}
	}
	if got := fmt.Sprintf("%#v", Secret("")); got != `""` {
		t.Errorf("no secret is %s", got)
	}
}
