package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// listing is the models that a server offers.
type listing struct {
	names []string // by which requests call them, adapters too
	base  []string // those that are no adapter of another
}

// models asks for what a server lists under /v1/models. vLLM and SGLang list LoRA adapters beside the model that they
// alter, which is their parent.
func (p prober) models(ctx context.Context) (l listing, err error) {
	const path = "/v1/models"
	a, err := p.get(ctx, path)
	if err != nil {
		return l, err
	}
	var list struct {
		Data []struct {
			ID     string `json:"id"`
			Parent any    `json:"parent"` // null or missing for a model of its own
		} `json:"data"`
	}
	if !a.ok() || json.Unmarshal(a.body, &list) != nil {
		return l, &oddAnswer{p.base, path, a}
	}
	for _, m := range list.Data {
		l.names = append(l.names, m.ID)
		if m.Parent == nil || m.Parent == "" {
			l.base = append(l.base, m.ID)
		}
	}
	return l, nil
}

// identify asks the server which version it is and which model to name in requests.
func (t target) identify(ctx context.Context, p prober) (version, model string, err error) {
	about := p.describe(ctx, t.aboutPath)
	if !t.modelInBody {
		return about.Version, cmp.Or(t.model, about.ModelID), nil
	}
	list, err := p.models(ctx)
	switch {
	case t.model != "" && (len(list.names) == 0 || t.customPath || slices.Contains(list.names, t.model) || t.manyModels && slices.Contains(list.names, t.model+":latest")):
		return about.Version, t.model, nil // not every server lists what it has
	case t.model != "":
		return "", "", lacks(p.base, t.model, list.names)
	case len(list.base) == 1:
		return about.Version, list.base[0], nil
	case t.customPath:
		return about.Version, "", nil // perhaps an API without models
	case err != nil:
		return "", "", fmt.Errorf("which model? name it in 'model': %w", err)
	case len(list.names) == 0:
		return "", "", fmt.Errorf("which model? name it in 'model': %s lists none", p.base)
	}
	return "", "", fmt.Errorf("which model? name it in 'model': %s has %s", p.base, listed(list.names))
}

// servedName is the name by which requests call the model that was started: flags may give it another.
func (m *managed) servedName(ctx context.Context, p prober) string {
	if m.modelInBody && !m.manyModels {
		if list, err := p.models(ctx); err == nil && len(list.base) > 0 && !slices.Contains(list.names, m.model) {
			return list.base[0]
		}
	}
	return m.model
}

// offered is what requests can name; nil where the list is no word on that.
func (t target) offered(ctx context.Context, p prober) []string {
	if !t.modelInBody || t.customPath || t.manyModels {
		return nil
	}
	list, _ := p.models(ctx)
	return list.names
}

// Has is an error where the server lists its models, and this one is not among them.
func (s *Server) Has(model string) error {
	if len(s.Models) == 0 || slices.Contains(s.Models, model) {
		return nil
	}
	return lacks(s.URL, model, s.Models)
}

func lacks(url, model string, names []string) error {
	return fmt.Errorf("%s does not serve the model %q; it has %s", url, model, listed(names))
}

// listed returns names in quotes, the first ten of them.
func listed(names []string) string {
	const most = 10
	rest := ""
	if len(names) > most {
		rest = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return `"` + strings.Join(names, `", "`) + `"` + rest
}
