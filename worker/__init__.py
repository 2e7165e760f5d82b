"""Camunda 7 external tasks become Bitrix24 tasks, exactly one for each."""

__version__ = "0.1.0"
