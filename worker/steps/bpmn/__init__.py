"""Reads a model's BPMN: its elements and flows, its expressions, and what the engine refuses or ignores of it."""
