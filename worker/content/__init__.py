"""What a task contains beyond the words of its step: what the portal or the engine must be asked for first."""
