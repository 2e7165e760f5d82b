"""Carries out the commands other than `run`."""
