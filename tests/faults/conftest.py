"""The engine of the fault tests is the real one."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.engines import EngineOf

AT_ONCE = 4
SideBySide = Callable[[Mapping[str, Callable[[], None]]], None]


@pytest.fixture(scope="session")
def camunda(engine_of: EngineOf) -> RunningEngine:
    return engine_of("camunda")


@pytest.fixture
def side_by_side() -> SideBySide:
    """Runs all cases of a table, a few at a time; fails with the names and reasons of those that failed."""

    def run(cases: Mapping[str, Callable[[], None]]) -> None:
        assert cases
        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = {name: pool.submit(case) for name, case in cases.items()}
        failed = {name: error for name, run in runs.items() if (error := run.exception())}
        told = [f"{name}: {''.join(traceback.format_exception_only(error))}" for name, error in failed.items()]
        assert not failed, "\n".join(told)

    return run
