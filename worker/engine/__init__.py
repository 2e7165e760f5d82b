"""The engine's side: its API as records and errors, typed variables, the locks we hold there."""
