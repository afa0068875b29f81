package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// seconds is a length of time: "90s", "10m", or a bare number of seconds.
type seconds float64

func (s *seconds) UnmarshalText(text []byte) error {
	if n, err := strconv.ParseFloat(string(text), 64); err == nil && n > 0 && !math.IsInf(n, 0) {
		*s = seconds(n)
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("want a length of time such as 30s, 10m or 90 (seconds), got %q", text)
	}
	*s = seconds(d.Seconds())
	return nil
}

// count is a number of something that there must be some of: 0 would pass for a flag that is not set.
type count int

func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return fmt.Errorf("want a whole number, 1 or more, got %q", text)
	}
	*c = count(n)
	return nil
}

// positive is a number whose 0 would pass for a flag that is not set.
type positive float64

func (p *positive) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(x > 0) || math.IsInf(x, 0) {
		return fmt.Errorf("want a number above 0, got %q", text)
	}
	*p = positive(x)
	return nil
}

// rates are requests per second, with commas.
type rates []float64

func (r *rates) UnmarshalText(text []byte) error {
	for item := range strings.SplitSeq(string(text), ",") {
		rate, err := strconv.ParseFloat(strings.TrimSpace(item), 64)
		if err != nil || math.IsNaN(rate) {
			return fmt.Errorf("want requests per second, got %q", item)
		}
		*r = append(*r, rate)
	}
	return nil
}

// endpoint is the URL of a server, and (vLLM's --endpoint beside --base-url) a path there.
type endpoint struct{ url, path string }

func (e *endpoint) UnmarshalText(text []byte) error {
	if strings.HasPrefix(string(text), "/") {
		e.path = string(text)
	} else {
		e.url = string(text)
	}
	return nil
}

// headers are HTTP headers: K=V, or "K: V" as curl has them.
type headers map[string]string

func (h *headers) UnmarshalText(text []byte) error {
	i := strings.IndexAny(string(text), "=:")
	if i < 1 {
		return fmt.Errorf("want NAME=VALUE")
	}
	if *h == nil {
		*h = headers{}
	}
	(*h)[strings.TrimSpace(string(text[:i]))] = strings.TrimSpace(string(text[i+1:]))
	return nil
}

// object is a JSON object.
type object map[string]any

func (o *object) UnmarshalText(text []byte) error {
	if err := json.Unmarshal(text, (*map[string]any)(o)); err != nil || *o == nil {
		return fmt.Errorf("want a JSON object, got %q", text)
	}
	return nil
}

// settings are fields of a backend: key=value, the value as JSON if it is some, else a string.
type settings map[string]any

func (s *settings) UnmarshalText(text []byte) error {
	key, value, ok := strings.Cut(string(text), "=")
	if !ok || key == "" {
		return fmt.Errorf("want KEY=VALUE, got %q", text)
	}
	if *s == nil {
		*s = settings{}
	}
	(*s)[key] = value
	if json.Valid([]byte(value)) {
		(*s)[key] = json.RawMessage(value)
	}
	return nil
}

// goals are an SLO: ttft=200,tpot=50, or as vLLM has them: ttft:200 tpot:50. Those of a whole level stand beside those of
// a request: ttft_p99=500,goodput=99%.
type goals struct {
	request map[string]float64
	level   []string
}

var goalNames = map[string]string{"ttft": "ttft_ms", "tpot": "tpot_ms", "itl": "itl_ms", "e2el": "e2el_ms", "e2e": "e2el_ms"}

func (g *goals) UnmarshalText(text []byte) error {
	for goal := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r == ',' || r == ' ' }) {
		name, limit, _ := strings.Cut(strings.Replace(goal, ":", "=", 1), "=")
		if name == "goodput" || strings.Contains(name, "_p") {
			g.level = append(g.level, name+"="+limit) // read by whoever wants them
			continue
		}
		key, known := goalNames[name]
		ms, err := strconv.ParseFloat(limit, 64)
		if !known || err != nil || !(ms > 0) || math.IsInf(ms, 0) {
			return fmt.Errorf("want goals such as ttft=200,tpot=50,itl=100,e2el=5000 (ms), got %q", goal)
		}
		if g.request == nil {
			g.request = map[string]float64{}
		}
		g.request[key] = ms
	}
	return nil
}

// lay lays the goals over a configuration: those of a request and those of a level have places of their own.
func (g goals) lay(o *overlay) {
	if g.request != nil {
		o.set("slo", g.request)
		o.flags["slo"] = "--slo"
	}
	if g.level != nil {
		o.set("goals", g.level)
		o.flags["goals"] = "--slo"
	}
}

// widths are relative half-widths of intervals: ttft_p99=5%,throughput=0.02.
type widths map[string]float64

func (w *widths) UnmarshalText(text []byte) error {
	if *w == nil {
		*w = widths{}
	}
	for wish := range strings.SplitSeq(string(text), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(wish), "=")
		number, percent := strings.CutSuffix(value, "%")
		width, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if name == "" || err != nil || !(width > 0) {
			return fmt.Errorf("want widths such as ttft_p99=5%%,throughput=2%%, got %q", wish)
		}
		if percent {
			width /= 100
		}
		(*w)[name] = width
	}
	return nil
}

var (
	goal       = regexp.MustCompile(`^[a-z0-9]+:[0-9.]+$`)
	startsGoal = regexp.MustCompile(`^[a-z0-9]+:[0-9.]+( |$)`)
)

// joinGoodput makes one value of vLLM's "--goodput ttft:200 tpot:50".
func joinGoodput(args []string) []string {
	var out []string
	for _, a := range args {
		last := len(out) - 1
		if last >= 1 && (out[last-1] == "--goodput" || out[last-1] == "--slo") && goal.MatchString(a) && startsGoal.MatchString(out[last]) {
			out[last] += " " + a
		} else {
			out = append(out, a)
		}
	}
	return out
}
