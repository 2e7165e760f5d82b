"""Asks the running worker, over HTTP, for what only that process knows."""
