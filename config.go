package splleed

import (
	"bytes"
	"encoding/json"

	"github.com/splleed/splleed/internal/strictjson"
)

// configuration is the JSON form of a Benchmark: its fields, four of them in a form of their own.
type configuration struct {
	Backend     tagged         `json:"backend"`
	Concurrency orOne[int]     `json:"concurrency"`
	ArrivalRate orOne[float64] `json:"arrival_rate"`

	SourceAddress orOne[string] `json:"source_address"`
	plain
}

// plain is a Benchmark without its methods.
type plain Benchmark

// UnmarshalJSON decodes the JSON form. The backend is decoded as its "type" says; concurrency, arrival_rate and source_address
// may be the only item of their list. Unknown fields and values of a wrong type are a *ConfigError that names them all. Fields that the data
// does not name keep their values.
func (b *Benchmark) UnmarshalJSON(data []byte) error {
	c := configuration{tagged{b.Backend}, b.Concurrency, b.ArrivalRate, b.SourceAddress, plain(*b)}
	if err := strictjson.Decode(data, &c); err != nil {
		return err
	}
	*b = Benchmark(c.plain)
	b.Backend, b.Concurrency, b.ArrivalRate, b.SourceAddress = c.Backend.Backend, c.Concurrency, c.ArrivalRate, c.SourceAddress
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
