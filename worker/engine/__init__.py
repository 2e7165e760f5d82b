"""The engine: its REST API as records and errors, typed variables, and the locks this worker holds."""
