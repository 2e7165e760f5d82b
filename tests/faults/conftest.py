"""The engine of the fault tests is the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.engines import RunningEngine
from tests.acceptance.conftest import started

AT_ONCE = 4
SideBySide = Callable[[Mapping[str, Callable[[], None]]], None]


@pytest.fixture(scope="session")
def camunda() -> Iterator[RunningEngine]:
    with started("camunda") as engine:
        yield engine


@pytest.fixture
def side_by_side() -> SideBySide:
    """Runs all cases of a table, a few at a time; fails with the names and reasons of those that failed."""

    def run(cases: Mapping[str, Callable[[], None]]) -> None:
        assert cases
        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = {name: pool.submit(case) for name, case in cases.items()}
        failed = {name: error for name, run in runs.items() if (error := run.exception())}
        assert not failed, "\n".join(f"{name}: {error!r}" for name, error in failed.items())

    return run
