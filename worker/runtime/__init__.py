"""What every part runs on: clocks, threads, gates, the log."""
