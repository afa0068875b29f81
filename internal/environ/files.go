package environ

// SpareFiles are those that a run has open beside its streams: logs, results, event loops, the server's pipes.
const SpareFiles = 64
