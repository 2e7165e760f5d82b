"""What holds for all unit tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bitrix import methods
from worker.engine import line
from worker.monitoring import ledger_look


@pytest.fixture(scope="package", autouse=True)
def _no_waits_within_a_series() -> Iterator[None]:
    """A call that only reads is repeated at once: thousands of calls fail here, and `test_retrying` holds the waits."""
    with pytest.MonkeyPatch.context() as patch:
        for series in (methods.READ_SERIES, line.READ_SERIES):
            patch.setattr(series, "sleep", lambda _: None)
        yield


@pytest.fixture(scope="package", autouse=True)
def _no_late_ledger() -> Iterator[None]:
    """On a busy machine a ledger may answer late; the tests of one that does set the limit themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_look, "SECONDS", 60.0)
        yield
