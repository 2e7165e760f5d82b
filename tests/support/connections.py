"""How often a command connects to PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest


def count_connections(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry for each attempt from now on, whether it succeeds or not."""
    attempts: list[None] = []
    connect = psycopg.connect

    def counted(*where: Any, **how: Any) -> Any:
        attempts.append(None)
        return connect(*where, **how)

    monkeypatch.setattr(psycopg, "connect", counted)
    return attempts
