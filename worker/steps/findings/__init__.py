"""What would silently go wrong with a model: found before a process runs, or told at its first step."""
