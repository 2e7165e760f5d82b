from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bare_environment import without_settings


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but English, in an empty folder."""
    without_settings(monkeypatch)
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
