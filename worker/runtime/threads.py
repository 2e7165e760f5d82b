"""The threads of a run: what each does again and again, what is done later, and their common end."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from worker.runtime import clock
from worker.runtime.beats import Beats, Silent
from worker.runtime.telemetry import Telemetry

LOOK_SECONDS = 5.0
TICK_SECONDS = 30.0
"""How often the agenda comes by, however far away the next job is."""
Job = Callable[[], object]
Round = Callable[[], float | None]
"""One round of a thread's work. Returns how many seconds to wait before the next one; None: as long as usual."""


class Threads:
    """Threads that cannot die silently: one that raises stops the run, and `fault` says why. Thread-safe.

    A run ends in two stages: after `stop` nothing new is begun, after `drain` nothing goes on. Each thread is entered
    in `beats` while it has something to do: in the pool under the name `task`.

    `pool_size`: jobs that run at once. `step_seconds`: longer than any of them may be silent.
    """

    def __init__(self, telemetry: Telemetry, *, pool_size: int, step_seconds: float) -> None:
        self._telemetry = telemetry
        self.beats = Beats(step_seconds)
        self.fault: str | None = None
        self._stop = threading.Event()
        self._drain = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._pool = ThreadPoolExecutor(pool_size, thread_name_prefix="task")
        self._jobs: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._hanging: dict[str, Silent] = {}

    # --- work ---

    def begin(self) -> None:
        """Start the two threads of its own: one runs what is due, one reports who hangs."""
        self.every("beats", LOOK_SECONDS, self.report_hanging)
        self.start("agenda", self._run_what_is_due)

    def start(self, name: str, work: Job) -> None:
        """Run `work` in a thread of its own. `sync-3` and its like beat as one kind, `sync`."""
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def every(
        self, name: str, seconds: float, work: Round, *, until_drained: bool = False, at_end: Job | None = None
    ) -> None:
        """Run `work` in a thread of its own, again and again, with `seconds` before each round, until the run stops.

        `until_drained`: for longer, until what was begun has come to its end. `at_end` follows the last round.
        """
        waits = self.drained if until_drained else self.stopping

        def rounds() -> None:
            pause: float | None = None
            while not waits(seconds if pause is None else pause):
                pause = work()
            if at_end:
                at_end()

        self.start(name, rounds)

    def submit(self, job: Job) -> None:
        """Run `job` in the pool; after `drain` it is dropped, for its row is on disk."""
        try:
            self._pool.submit(self._at_work, job).add_done_callback(self._check)
        except RuntimeError:
            return

    def at(self, boottime: float, job: Job) -> None:
        """Run `job` in the pool at a boot time; at once when that has passed."""
        with self._changed:
            heapq.heappush(self._jobs, (boottime, next(self._order), job))
            self._changed.notify()

    def after(self, seconds: float, job: Job) -> None:
        """Run `job` in the pool in `seconds`."""
        self.at(clock.boottime() + seconds, job)

    # --- waiting ---

    def stopping(self, seconds: float = 0.0) -> bool:
        """Wait for so long, unless the run stops; whether it does. Whoever calls this again and again goes on."""
        self.beats.beat(waits=seconds)
        return self._stop.wait(seconds)

    def drained(self, seconds: float = 0.0) -> bool:
        """The same for what goes on until the second stage of the end."""
        self.beats.beat(waits=seconds)
        return self._drain.wait(seconds)

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    # --- the end ---

    def stop(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    def drain(self) -> None:
        """Take no more jobs; what runs goes on, what waits is dropped: everything that matters is a row."""
        self._drain.set()
        with self._changed:
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self, name: str, seconds: float) -> bool:
        """Wait for a thread; True when it has ended."""
        thread = self._threads[name]
        thread.join(max(seconds, 0.0))
        return not thread.is_alive()

    def ended(self) -> list[str]:
        """Names of the threads that are no longer there."""
        return [name for name, thread in self._threads.items() if not thread.is_alive()]

    # --- its own threads ---

    def report_hanging(self) -> None:
        """Log who hangs, once for each kind, and who goes on."""
        silent = {one.name: one for one in self.beats.silent()}
        for name, one in silent.items():
            if name not in self._hanging:
                self._telemetry.emit(
                    "worker.stuck", thread=name, count=one.count, call=one.doing, seconds=round(one.seconds)
                )
        for name in self._hanging.keys() - silent.keys():
            self._telemetry.emit("worker.unstuck", thread=name)
        self._hanging = silent

    def _run_what_is_due(self) -> None:
        while job := self._next():
            self.submit(job)

    def _next(self) -> Job | None:
        """The job that is due next, once it is; None: drained."""
        with self._changed:
            while not self._drain.is_set():
                wait = self._jobs[0][0] - clock.boottime() if self._jobs else TICK_SECONDS
                if wait <= 0:
                    return heapq.heappop(self._jobs)[2]
                wait = min(wait, TICK_SECONDS)
                self.beats.beat(waits=wait)
                self._changed.wait(wait)
            return None

    # --- faults ---

    def _guarded(self, name: str, work: Job) -> None:
        try:
            with self.beats.working(name.partition("-")[0]):
                work()
        except BaseException as error:  # noqa: BLE001 - the last stop: reported, and the process ends
            self._died(name, error)

    def _at_work(self, job: Job) -> None:
        with self.beats.working("task"):
            job()

    def _check(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error:
            self._died("task", error)

    def _died(self, name: str, error: BaseException) -> None:
        self.fault = f"{name}: {type(error).__name__}"
        self._telemetry.emit("worker.thread_died", thread=name, error=_where(error))
        self.stop()


def _where(error: BaseException) -> str:
    """The error and the line that raised it, without the values of a traceback."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}: {error}{place}"
