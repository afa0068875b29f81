package dialect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxMessage is how much of an error message is kept, in bytes.
const maxMessage = 200

// ErrorMessage finds in the body of an error response what it says: the message of the JSON error objects that servers
// send, else the beginning of the text.
func ErrorMessage(body []byte) string {
	body = bytes.TrimSpace(body)
	if message := errorIn(body); message != "" {
		return message
	}
	return shorten(string(body))
}

// errorIn is the message of a JSON object that is an error; "" where it is none.
func errorIn(body []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	for _, name := range []string{"error", "message", "detail"} {
		var message errorText
		if value, ok := fields[name]; ok && json.Unmarshal(value, &message) == nil && message != "" {
			return string(message)
		}
	}
	return ""
}

// errorAtTop is the message of an error without an object of its own, as {"object":"error","message":"…"}; "" where the
// payload is none. Anthropic's streams begin with an object that has the same name.
func errorAtTop(payload []byte) string {
	if !bytes.Contains(payload, []byte(`"message"`)) && !bytes.Contains(payload, []byte(`"detail"`)) {
		return "" // as a rule, and without a copy
	}
	var top struct {
		Message json.RawMessage
		Detail  errorText
	}
	if json.Unmarshal(payload, &top) != nil {
		return ""
	}
	if len(top.Message) == 0 || top.Message[0] == '{' {
		return string(top.Detail)
	}
	var message errorText
	_ = json.Unmarshal(top.Message, &message) // takes whatever there is
	return string(cmp.Or(message, top.Detail))
}

// messageOf is the text in the value of an "error", "message" or "detail" member: a string, an object that has one, or
// a list of such; else its JSON.
func messageOf(value []byte) string {
	var text string
	var list []json.RawMessage
	var object struct{ Message, Msg, Error, Detail json.RawMessage }
	switch {
	case json.Unmarshal(value, &text) == nil:
		return shorten(text)
	case json.Unmarshal(value, &list) == nil && len(list) > 0:
		return messageOf(list[0])
	case json.Unmarshal(value, &object) == nil:
		for _, inner := range []json.RawMessage{object.Message, object.Msg, object.Error, object.Detail} {
			if inner != nil && json.Unmarshal(inner, &text) == nil && text != "" {
				return shorten(text)
			}
		}
	}
	return shorten(string(value))
}

// shorten cuts a message to size between two characters, and puts it on one line.
func shorten(message string) string {
	message = strings.Join(strings.Fields(strings.ToValidUTF8(message, "\uFFFD")), " ")
	if len(message) <= maxMessage {
		return message
	}
	cut := maxMessage
	for !utf8.RuneStart(message[cut]) {
		cut--
	}
	return message[:cut] + "…"
}
