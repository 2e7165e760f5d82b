"""Reads the configuration into one frozen object, or reports all its faults at once."""
