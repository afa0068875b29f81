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
	if !a.ok() || json.Unmarshal(a.body, &list) != nil && json.Unmarshal(a.body, &list.Data) != nil { // Together's is bare
		return l, &oddAnswer{p, path, a}
	}
	for _, m := range list.Data {
		l.names = append(l.names, m.ID)
		if m.Parent == nil || m.Parent == "" {
			l.base = append(l.base, m.ID)
		}
	}
	return l, nil
}

// identify asks which version the server is, which model to name in requests, and what else they can name.
func (t target) identify(ctx context.Context, p prober, server *Server) error {
	about := p.describe(ctx, t.about)
	if !t.modelInBody {
		server.is(about.Version, cmp.Or(t.model, about.ModelID))
		if has := about.ModelID; has != "" && has != server.Model { // perhaps a path, so it is no error
			server.Warnings = append(server.Warnings, fmt.Sprintf("the server says that its model is %q; results call it %q, as 'model' does", has, server.Model))
		}
		return nil
	}
	list, err := p.models(ctx)
	model, err := t.choose(list, err, p.base)
	server.is(about.Version, model)
	server.Models = t.offered(list)
	return err
}

// choose returns the model to name in requests to a server with such a list, or with an error in its place.
func (t target) choose(list listing, err error, base string) (string, error) {
	switch {
	case t.model != "" && (len(list.names) == 0 || t.customPath || slices.Contains(list.names, t.model) || t.manyModels && slices.Contains(list.names, t.model+":latest")):
		return t.model, nil // not every server lists what it has
	case t.model != "":
		return "", lacks(base, t.model, list.names)
	case len(list.base) == 1:
		return list.base[0], nil
	case t.customPath:
		return "", nil // perhaps an API without models
	case err != nil:
		return "", fmt.Errorf("which model? name it in 'model': %w", err)
	case len(list.names) == 0:
		return "", fmt.Errorf("which model? name it in 'model': %s lists none", base)
	}
	return "", fmt.Errorf("which model? name it in 'model': %s has %s", base, listed(list.names))
}

// named tells by which name requests call the model that was started, since flags may give it another, and what else they
// can name.
func (m *managed) named(ctx context.Context, p prober) (model string, all []string) {
	if !m.modelInBody || m.manyModels {
		return m.model, nil
	}
	list, err := p.models(ctx)
	if err == nil && len(list.base) > 0 && !slices.Contains(list.names, m.model) {
		return list.base[0], m.offered(list)
	}
	return m.model, m.offered(list)
}

// offered is what requests can name; nil where the list is no word on that.
func (t target) offered(list listing) []string {
	if t.customPath || t.manyModels {
		return nil
	}
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
