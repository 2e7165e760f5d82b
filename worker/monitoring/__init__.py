"""What people and monitoring systems see of a run: page, health, metrics, statistics."""
