"""Threads that cannot die silently: one that does ends the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from worker.runtime.beats import Beats, Silent
from worker.runtime.telemetry import Telemetry

LOOK_SECONDS = 5.0


class Crew:
    """The threads of a run. `on_fault` is called, and `fault` says why, when one of them has raised.

    Each is entered in `beats` while it has something to do: in the pool under the name `task`.
    """

    def __init__(
        self, telemetry: Telemetry, *, pool_size: int, on_fault: Callable[[], None], step_seconds: float
    ) -> None:
        self._telemetry = telemetry
        self._on_fault = on_fault
        self.beats = Beats(step_seconds)
        self._told: dict[str, Silent] = {}
        self._pool = ThreadPoolExecutor(pool_size, thread_name_prefix="task")
        self._threads: dict[str, threading.Thread] = {}
        self.fault: str | None = None

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Run `work` in a thread of its own. `sync-3` and its like beat as one kind, `sync`."""
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` in the pool; after `close` it is dropped, for its row is on disk."""
        try:
            self._pool.submit(self._at_work, job).add_done_callback(self._check)
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
        """`wait`, noting that the thread that calls it goes on: for whoever comes by again and again."""

        def beat(seconds: float) -> bool:
            self.beats.beat(waits=seconds)
            return wait(seconds)

        return beat

    def look(self, stopping: Callable[[float], bool]) -> None:
        """The work of the thread that tells who hangs, once for each kind, and who goes on."""
        while not stopping(LOOK_SECONDS):
            silent = {one.name: one for one in self.beats.silent()}
            for name, one in silent.items():
                if name not in self._told:
                    self._telemetry.emit(
                        "worker.stuck", thread=name, count=one.count, call=one.doing, seconds=round(one.seconds)
                    )
            for name in self._told.keys() - silent.keys():
                self._telemetry.emit("worker.unstuck", thread=name)
            self._told = silent

    def close(self) -> None:
        """Take no more jobs; what runs goes on, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        try:
            with self.beats.working(name.partition("-")[0]):
                work()
        except BaseException as error:  # noqa: BLE001 - the last stop: reported, and the process ends
            self._died(name, error)

    def _at_work(self, job: Callable[[], None]) -> None:
        with self.beats.working("task"):
            job()

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
