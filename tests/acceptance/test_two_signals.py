"""Two signals in the same moment: the process ends, however the system hands them to its threads."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.conftest import WorkerFor
from tests.support.engines import started
from worker.run import EXIT_FORCED

TRIES = 6
"""Without a look now and then, three of four tries hung."""


@pytest.fixture(scope="module")
def builtin() -> Iterator[RunningEngine]:
    with started("builtin") as engine:
        yield engine


def test_two_signals_at_once_end_the_process(builtin: RunningEngine, worker_for: WorkerFor) -> None:
    for number in range(TRIES):
        worker = worker_for(builtin.base_url, "nobody", name=f"worker-{number}").start()
        worker.wait_for("worker.ready")
        worker.signal(signal.SIGTERM)
        worker.signal(signal.SIGINT)
        assert worker.wait(30.0) in (0, EXIT_FORCED)
