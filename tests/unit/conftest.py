"""What holds for all unit tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bitrix import methods
from worker.engine import line


@pytest.fixture(scope="package", autouse=True)
def _no_waits_within_a_series() -> Iterator[None]:
    """A call that only reads is repeated at once: thousands of calls fail here, and `test_retrying` holds the waits."""
    with pytest.MonkeyPatch.context() as patch:
        for series in (methods.READ_SERIES, line.READ_SERIES):
            patch.setattr(series, "sleep", lambda _: None)
        yield
