"""The events of the log and what is said of each."""
