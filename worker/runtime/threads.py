"""The threads of a run: repeated work, work scheduled for later, and how all of them end."""

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
"""How often the `agenda` thread wakes up, even if the next job is due later."""
Job = Callable[[], object]
Round = Callable[[], float | None]
"""One round of a thread's work. Returns the seconds to wait before the next round; None: the usual interval."""


class Threads:
    """Threads that cannot fail unnoticed: if one raises, the run stops, and `fault` says why. Thread-safe.

    A run ends in two stages: after `stop` nothing new is begun, after `drain` no job is taken. Each thread is
    registered in `beats` while it works; threads of the pool as `task`.

    `pool_size`: how many jobs run at once. `step_seconds`: longer than any step may go without a report.
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
        """Start the two internal threads: `agenda` runs jobs when they are due, `beats` reports threads that hang."""
        self.every("beats", LOOK_SECONDS, self.report_hanging)
        self.start("agenda", self._run_what_is_due)

    def start(self, name: str, work: Job) -> None:
        """Run `work` in a thread of its own. Threads named `sync-3` and so on report as one kind, `sync`."""
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def every(
        self, name: str, seconds: float, work: Round, *, until_drained: bool = False, at_end: Job | None = None
    ) -> None:
        """Run `work` repeatedly in a thread of its own until the run stops, waiting `seconds` before each round.

        `until_drained`: continue until `drain`, so that work already begun can finish. `at_end` runs after the last
        round.
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
        """Run `job` in the pool. After `drain` the job is dropped: its row is on disk."""
        try:
            self._pool.submit(self._at_work, job).add_done_callback(self._check)
        except RuntimeError:
            return

    def at(self, boottime: float, job: Job) -> None:
        """Run `job` in the pool at a boot time, or at once if that has passed."""
        with self._changed:
            heapq.heappush(self._jobs, (boottime, next(self._order), job))
            self._changed.notify()

    def after(self, seconds: float, job: Job) -> None:
        """Run `job` in the pool after `seconds`."""
        self.at(clock.boottime() + seconds, job)

    # --- waiting ---

    def stopping(self, seconds: float = 0.0) -> bool:
        """Wait for `seconds`, or until the run stops; True if it does. Each call also reports progress."""
        self.beats.beat(waits=seconds)
        return self._stop.wait(seconds)

    def drained(self, seconds: float = 0.0) -> bool:
        """Like `stopping`, but until `drain`, the second stage of the end."""
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
        """Take no more jobs. Running jobs continue, queued ones are dropped: the ledger has everything that matters."""
        self._drain.set()
        with self._changed:
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self, name: str, seconds: float) -> bool:
        """Wait up to `seconds` for a thread to end; True if it has."""
        thread = self._threads[name]
        thread.join(max(seconds, 0.0))
        return not thread.is_alive()

    def ended(self) -> list[str]:
        """Names of the threads that have ended."""
        return [name for name, thread in self._threads.items() if not thread.is_alive()]

    # --- internal threads ---

    def report_hanging(self) -> None:
        """Log each kind of thread that begins to hang, once, and each that has resumed."""
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
        """Wait for the next job and return it once it is due; None after `drain`."""
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
        except BaseException as error:  # noqa: BLE001 - the outermost handler: it reports the error and stops the run
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
    """The error and the line that raised it, without the values that a traceback may show."""
    return f"{type(error).__name__}: {error}{_place(error)}"


def raised(error: BaseException) -> str:
    """The kind of the error and the line that raised it, without its words: they may show values."""
    return f"{type(error).__name__}{_place(error)}"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else ""
