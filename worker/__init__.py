"""Camunda 7 external tasks become Bitrix24 tasks, exactly one for each."""

__version__ = "0.1.0"

PROGRAM = "camunda-bitrix-worker"
"""The command's name, in every text and hint. setup.cfg installs it."""
