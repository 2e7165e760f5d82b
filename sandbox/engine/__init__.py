"""Engines on loopback: the built-in stand-in, and real ones that are started from a cache."""
