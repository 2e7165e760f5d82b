"""The demonstration that `make run` shows: `python -m sandbox.demo`."""
