package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
)

// kind is one of the files that splleed writes.
type kind string

const (
	aResult     kind = "these are results, which compare takes"
	aComparison kind = "this is a comparison, which no command takes"
	aJournal    kind = "this is what run --records wrote, which rescore and merge take"
	empty       kind = "it is empty"
	other       kind = "" // anything else, of which a parser knows more to say
)

// firstKeys are what each begins with.
var firstKeys = map[string]kind{
	"schema_version": aResult, "comparison_schema_version": aComparison, "type": aJournal, "id": aJournal,
}

// kindOf knows a file by its begin.
func kindOf(begin []byte) kind {
	if len(bytes.TrimSpace(begin)) == 0 {
		return empty
	}
	tokens := json.NewDecoder(bytes.NewReader(begin))
	if first, err := tokens.Token(); err != nil || first != json.Delim('{') {
		return other
	}
	key, _ := tokens.Token()
	name, _ := key.(string)
	return firstKeys[name]
}

// confused is about a file that is of another kind than the one wanted; nil where it is not, or cannot be read.
func confused(path string, want kind) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	begin, _ := io.ReadAll(io.LimitReader(f, 4<<10))
	if is := kindOf(begin); is != other && is != want {
		return faulty("%s: %s", path, is)
	}
	return nil
}
