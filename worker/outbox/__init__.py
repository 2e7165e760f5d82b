"""Delivers outcomes to the engine and synchronisations to the portal until they are accepted."""
