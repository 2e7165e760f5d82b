"""The settings: one frozen object, or all faults of a configuration at once."""
