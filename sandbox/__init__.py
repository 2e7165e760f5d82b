"""Stand-ins for an engine and a portal on loopback, and the demonstration that `make run` shows."""
