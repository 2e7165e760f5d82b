"""What all parts of the worker run on: clocks, threads, gates, the log."""
