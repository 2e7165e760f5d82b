"""The way of one task: fetched, looked up, created once."""
