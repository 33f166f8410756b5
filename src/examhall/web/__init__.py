"""HTTP and sockets. Talks to `examhall.application` only."""
