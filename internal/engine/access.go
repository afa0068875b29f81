package engine

// Access is what every request to a server carries beside its question.
type Access struct {
	APIKey    Secret            `json:"api_key,omitempty"`     // sent as a bearer token
	APIKeyEnv string            `json:"api_key_env,omitempty"` // the environment variable that holds the key
	Headers   map[string]string `json:"headers,omitempty"`     // added to every request
	ExtraBody map[string]any    `json:"extra_body,omitempty"`  // merged over every request body
}
