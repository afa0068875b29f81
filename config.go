package splleed

import (
	"bytes"
	"encoding/json"

	"github.com/splleed/splleed/internal/strictjson"
)

// configuration is the JSON form of a Benchmark: its fields, three of them in a form of their own.
type configuration struct {
	Backend     tagged         `json:"backend"`
	Concurrency orOne[int]     `json:"concurrency"`
	ArrivalRate orOne[float64] `json:"arrival_rate"`
	plain
}

// plain is a Benchmark without its methods.
type plain Benchmark

// UnmarshalJSON decodes the JSON form. The backend is decoded as its "type" says; concurrency and arrival_rate may be a
// bare number. Unknown fields and values of a wrong type are a *ConfigError that names them all. Fields that the data
// does not name keep their values.
func (b *Benchmark) UnmarshalJSON(data []byte) error {
	c := configuration{tagged{b.Backend}, b.Concurrency, b.ArrivalRate, plain(*b)}
	if err := strictjson.Decode(data, &c); err != nil {
		return err
	}
	*b = Benchmark(c.plain)
	b.Backend, b.Concurrency, b.ArrivalRate = c.Backend.Backend, c.Concurrency, c.ArrivalRate
	return nil
}

// MarshalJSON writes the JSON form, the backend with its "type" first. What may be secret is written as "***".
func (b Benchmark) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Backend tagged `json:"backend"`
		plain
	}{tagged{b.Backend}, plain(b)})
}

// orOne is a list that may be written as its only item.
type orOne[E any] []E

func (o *orOne[E]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		return strictjson.Decode(data, (*[]E)(o))
	}
	var one E
	err := strictjson.Decode(data, &one)
	*o = orOne[E]{one}
	return err
}
