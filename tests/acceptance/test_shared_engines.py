"""The processes of a run share an engine: it is started once, and ends with the last of those that use it."""

from __future__ import annotations

import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.engine.start import Kind, RunningEngine, Wishes
from tests.support import engines
from tests.support.engine_admin import wait_until
from tests.support.engines import Engines


def standing_in(kind: Kind, wishes: Wishes, folder: Path | None = None) -> RunningEngine:
    """A process that ends like the engine's: with its standard input."""
    process = subprocess.Popen(["cat"], stdin=wishes.held_by)
    return RunningEngine(kind, "1", f"of {folder}", process.pid, process)


@pytest.fixture(autouse=True)
def _no_jvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_start", standing_in)


def test_one_engine_is_started_and_lives_as_long_as_somebody_uses_it(tmp_path: Path) -> None:
    began, joined = ExitStack(), ExitStack()
    one = Engines(tmp_path, began).of("camunda")
    other = Engines(tmp_path, joined).of("camunda")
    assert (other.pid, other.base_url, other.version) == (one.pid, one.base_url, one.version)
    assert one.process
    leaving = threading.Thread(target=began.close)
    leaving.start()  # waits for the other: a child that nobody waits for would be reported
    leaving.join(0.2)
    assert one.process.poll() is None
    joined.close()
    leaving.join(30)
    assert one.process.returncode == 0


def test_an_engine_of_another_kind_is_another(tmp_path: Path) -> None:
    with ExitStack() as ending:
        mine = Engines(tmp_path, ending)
        assert len({mine.of("camunda").pid, mine.of("camunda", guarded=True).pid, mine.of("operaton").pid}) == 3


def test_an_engine_that_has_ended_is_not_joined(tmp_path: Path) -> None:
    with ExitStack() as ending:
        one = Engines(tmp_path, ending).of("camunda")
        assert one.process
        one.process.kill()
        wait_until(lambda: one.process and one.process.poll() is not None, "its end")
        with pytest.raises(pytest.fail.Exception, match="the engine of all tests has ended"):
            Engines(tmp_path, ending).of("camunda")
