package result

// ProbeTokens are the tokens of the first request, which splleed sends before the load to see that the server generates:
// "input", "cached" (of those) and "output", as the server counts them. They are part of its own counters, and of no figure.
type ProbeTokens map[string]int
