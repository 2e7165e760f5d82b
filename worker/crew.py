"""Threads that cannot die silently: one that does ends the process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from worker.telemetry import Telemetry

SILENT_SECONDS = 900.0
"""Longer than a round of any loop that beats: an engine that does not answer keeps one for minutes."""


class Crew:
    """The threads of a run. `failed` is set, and `fault` says why, when one of them has raised."""

    def __init__(self, telemetry: Telemetry, *, pool_size: int, on_fault: Callable[[], None]) -> None:
        self._telemetry = telemetry
        self._on_fault = on_fault
        self._pool = ThreadPoolExecutor(pool_size, thread_name_prefix="task")
        self._threads: dict[str, threading.Thread] = {}
        self._beats: dict[str, float] = {}
        self.fault: str | None = None

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Run `work` in a thread of its own."""
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` in the pool; after `close` it is dropped, for its row is on disk."""
        try:
            self._pool.submit(job).add_done_callback(self._check)
        except RuntimeError:
            return

    def join(self, name: str, seconds: float) -> bool:
        """Wait for a thread; True when it has ended."""
        thread = self._threads[name]
        thread.join(max(seconds, 0.0))
        return not thread.is_alive()

    def ended(self) -> list[str]:
        """Names of the threads that are no longer there."""
        return [name for name, thread in self._threads.items() if not thread.is_alive()]

    def beating(self, wait: Callable[[float], bool]) -> Callable[[float], bool]:
        """`wait`, noting that the thread that calls it goes on: for loops that come by again and again."""

        def beat(seconds: float) -> bool:
            self._beats[threading.current_thread().name] = time.monotonic() + seconds
            return wait(seconds)

        return beat

    def silent(self) -> list[str]:
        """Names of the threads that have beaten, and have stopped to: they hang."""
        latest = time.monotonic() - SILENT_SECONDS
        return [name for name in self._threads if self._beats.get(name, math.inf) < latest]

    def close(self) -> None:
        """Take no more jobs; what runs goes on, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the last stop: reported, and the process ends
            self._died(name, error)

    def _check(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error:
            self._died("task", error)

    def _died(self, name: str, error: BaseException) -> None:
        self.fault = f"{name}: {type(error).__name__}"
        self._telemetry.emit("worker.thread_died", thread=name, error=_where(error))
        self._on_fault()


def _where(error: BaseException) -> str:
    """The error and the line that raised it, without the values of a traceback."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}: {error}{place}"
