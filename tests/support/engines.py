"""The engines that tests run against.

`TEST_ENGINES=builtin,camunda,operaton` chooses; where `REQUIRE_REAL_ENGINES=1` an engine that cannot be started is a
failure, else a skip that names the reason.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.start import KINDS, Kind, RunningEngine, Wishes, make_archive, start_engine

EngineOf = Callable[..., RunningEngine]

CHOSEN = [kind for kind in KINDS if kind in os.environ.get("TEST_ENGINES", ",".join(KINDS)).split(",")]
REQUIRED = os.environ.get("REQUIRE_REAL_ENGINES") == "1"
LOGIN = ("demo", "of/the engine+7")
"""Of an engine that asks for a password: one that a URL and a header write in another way."""


@contextmanager
def started(kind: Kind, wishes: Wishes | None = None, *, folder: Path | None = None) -> Iterator[RunningEngine]:
    """An engine of the caller's own, or the test's end where there is none."""
    with _start(kind, wishes or Wishes(), folder) as running:
        yield running


def _start(kind: Kind, wishes: Wishes, folder: Path | None = None) -> RunningEngine:
    if kind not in CHOSEN:
        pytest.skip(f"{kind} is not among TEST_ENGINES")
    try:
        if kind != "builtin":
            make_archive(kind)
        return start_engine(kind, wishes, folder=folder)
    except EngineUnavailable as error:
        if REQUIRED:
            pytest.fail(f"{kind} is required: {error}")
        pytest.skip(f"{kind}: {error}")


class Engines:
    """One engine of each kind for all processes of a run of tests: a JVM takes 5 CPU seconds to start.

    Each test has keys, topics and deployments of its own, and asks for no others. `folder` belongs to the run. The
    processes hold the engine together: its standard input is a pipe whose other end each of them has, and it ends with
    the last of them, however that ends. The stand-in lives in each process.
    """

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self._folder = folder
        self._ending = ending
        self._running: dict[str, RunningEngine] = {}

    def of(self, kind: Kind, *, guarded: bool = False) -> RunningEngine:
        """That engine, started where it does not run.

        `guarded`: one that asks for `LOGIN`, and has room for much: a real one keeps its state on disk.
        """
        name = f"{kind}-guarded" if guarded else kind
        wishes = Wishes(basic_auth=LOGIN if guarded else None)
        if name not in self._running:
            if kind == "builtin":
                self._running[name] = self._ending.enter_context(_start(kind, wishes))
            else:
                folder = self._folder / name
                kept = replace(wishes, database=folder / "state" if guarded else None)
                self._running[name] = self._shared(kind, kept, folder)
        return self._running[name]

    def _shared(self, kind: Kind, wishes: Wishes, folder: Path) -> RunningEngine:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / "lock"):
            return self._joined(kind, folder) or self._begun(kind, wishes, folder)

    def _joined(self, kind: Kind, folder: Path) -> RunningEngine | None:
        """The engine that another process has started; None: there is none."""
        if not (folder / "engine.json").exists():
            return None
        told = json.loads((folder / "engine.json").read_text())
        try:
            self._hold(os.open(folder / "held", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # nobody reads at the other end
            pytest.fail(f"the engine of all tests has ended; its log is in {folder}")
        return RunningEngine(kind, told["version"], told["base_url"], told["pid"])

    def _begun(self, kind: Kind, wishes: Wishes, folder: Path) -> RunningEngine:
        with suppress(FileExistsError):  # left by one that could not be started
            os.mkfifo(folder / "held")
        both = os.open(folder / "held", os.O_RDWR)
        ours, theirs = os.open(folder / "held", os.O_WRONLY), os.open(folder / "held", os.O_RDONLY)
        os.close(both)  # it would keep the pipe readable after the engine's end
        try:
            running = _start(kind, replace(wishes, held_by=theirs), folder)
        finally:
            os.close(theirs)
        assert running.process
        self._ending.callback(running.process.wait)
        self._hold(ours)
        told = {"version": running.version, "base_url": running.base_url, "pid": running.pid}
        (folder / "engine.json").write_text(json.dumps(told))
        return running

    def _hold(self, end: int) -> None:
        self._ending.callback(os.close, end)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
