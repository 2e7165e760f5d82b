"""The engines that tests run against.

`TEST_ENGINES=builtin,camunda,operaton` chooses; where `REQUIRE_REAL_ENGINES=1` an engine that cannot be started is a
failure, else a skip that names the reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.start import KINDS, Kind, RunningEngine, Wishes, start_engine

EngineOf = Callable[[Kind], RunningEngine]

CHOSEN = [kind for kind in KINDS if kind in os.environ.get("TEST_ENGINES", ",".join(KINDS)).split(",")]
REQUIRED = os.environ.get("REQUIRE_REAL_ENGINES") == "1"


@contextmanager
def started(kind: Kind, wishes: Wishes | None = None) -> Iterator[RunningEngine]:
    """An engine, or the test's end where there is none."""
    if kind not in CHOSEN:
        pytest.skip(f"{kind} is not among TEST_ENGINES")
    try:
        running = start_engine(kind, wishes)
    except EngineUnavailable as error:
        if REQUIRED:
            pytest.fail(f"{kind} is required: {error}")
        pytest.skip(f"{kind}: {error}")
    with running:
        yield running


class Engines:
    """One engine of each kind for all tests of a process: a JVM takes seconds to start; each test has its own keys."""

    def __init__(self, ending: ExitStack) -> None:
        self._ending = ending
        self._running: dict[Kind, RunningEngine] = {}

    def of(self, kind: Kind) -> RunningEngine:
        """That engine, started where it does not run; the test's end where there is none."""
        running = self._running.get(kind)
        if running is None or (running.process and running.process.poll() is not None):
            running = self._running[kind] = self._ending.enter_context(started(kind))
        return running
