"""The environment of a test that must not see the settings of whoever runs it."""

from __future__ import annotations

import os

import pytest

PREFIXES = ("CAMUNDA_", "BITRIX_", "SYNC_", "LEDGER_", "LOG_", "HTTP_", "WAITING_")


def without_settings(monkeypatch: pytest.MonkeyPatch, *others: str) -> None:
    """Removes every variable that is or may be a setting, and those whose names begin like one of the `others`."""
    for name in list(os.environ):
        if name.startswith((*PREFIXES, *others)):
            monkeypatch.delenv(name)
