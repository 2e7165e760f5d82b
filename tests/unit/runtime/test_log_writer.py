"""The log's own thread: nobody waits for who reads, and what was dropped is counted and told."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from worker.runtime import log_writer
from worker.runtime.log_writer import MOST_LINES, LogWriter
from worker.runtime.telemetry import Telemetry


class Pipe:
    """A pipe whose reader has stopped to read."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self.filling = 0
        try:
            while True:
                self.filling += os.write(self._writer, b"." * 4096)
        except BlockingIOError:
            os.set_blocking(self._writer, True)
        self.stream: TextIO = os.fdopen(self._writer, "w", encoding="utf-8")

    def read(self, *, until: str) -> str:
        """What comes out after the filling, until a line bears that text."""
        got = b""
        while until not in got.decode(errors="replace"):
            got += os.read(self.reader, 65536)
        return got.decode().lstrip(".")


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.reader)
    pipe.stream.close()


def test_lines_of_many_threads_are_whole_all_there_and_in_order() -> None:
    stream = io.StringIO()
    writer = LogWriter(stream, lambda count, why: pytest.fail(f"{count} lost: {why}"))

    def work(who: int) -> None:
        for i in range(200):
            writer.write(f"{who} {i}")

    threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close(10)
    written = [tuple(map(int, line.split())) for line in stream.getvalue().splitlines()]
    assert sorted(written) == [(n, i) for n in range(8) for i in range(200)]
    for n in range(8):
        assert [i for who, i in written if who == n] == list(range(200))


def test_lines_that_follow_another_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "GATHER_SECONDS", 600.0)
    first, writes = threading.Event(), []

    class Counting(io.StringIO):
        def write(self, text: str) -> int:
            writes.append(text)
            first.set()
            return super().write(text)

    writer = LogWriter(Counting(), lambda count, why: pytest.fail(f"{count} lost: {why}"))
    writer.write("at once")
    assert first.wait(10), "a line that follows no other waits for none"
    for number in range(5):
        writer.write(f"{number}")
    assert writer.close(10), "at the end nothing gathers"
    assert writes == ["at once\n", "0\n1\n2\n3\n4\n"]


def test_who_writes_to_a_full_pipe_goes_on_and_the_lost_are_told_first(pipe: Pipe) -> None:
    telemetry = Telemetry.build("info", "en", "json", pipe.stream)
    telemetry.emit("worker.starting", version="1", worker_id="", engine="", portal="", topics="", config="", ledger="")
    while telemetry._writer._waiting:  # the first line is on its way to a reader who does not read
        os.sched_yield()
    for number in range(MOST_LINES + 5):
        telemetry.emit("sync.failed", error=number)
    assert telemetry.dropped == 5
    assert not telemetry._writer.close(0.01), "nothing waits for who does not read"
    telemetry.emit("worker.stopped", exit_code=0)
    told = pipe.read(until="worker.stopped").splitlines()
    assert "worker.starting" in told[0]
    assert '"count": 6' in told[1]
    assert "log.dropped" in told[1]
    assert "it was not read fast enough" in told[1]
    assert '"error": 6' in told[2]
    assert len(told) == MOST_LINES + 2
    assert telemetry._writer.close(10)


def test_the_bound_counts_characters_too() -> None:
    held = threading.Event()

    class Held(io.StringIO):
        def write(self, text: str) -> int:
            held.wait(10)
            return super().write(text)

    writer = LogWriter(Held(), lambda count, why: None)
    for _ in range(2000):
        writer.write("x" * 10_000)
    assert writer._characters <= 8_000_000
    assert writer.dropped >= 1000
    held.set()
    assert writer.close(10)


class Broken(io.StringIO):
    """Takes nothing for a while."""

    broken = True

    def write(self, text: str) -> int:
        if self.broken:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_what_a_broken_stream_did_not_take_is_told_when_it_takes_again() -> None:
    stream = Broken()
    telemetry = Telemetry.build("info", "en", "console", stream)
    for _ in range(3):
        telemetry.emit("worker.ready")
        telemetry.close()
    assert telemetry.dropped == 3
    assert lost(telemetry), "page and `status` say that it is not written"
    stream.broken = False
    telemetry.emit("worker.stopped", exit_code=0)
    telemetry.close()
    dropped, stopped = stream.getvalue().splitlines()
    assert "3 lines of the log were dropped: the disk is full." in dropped
    assert "worker.stopped" in stopped
    assert not lost(telemetry)


def lost(telemetry: Telemetry) -> bool:
    """Whether lines of the log are lost now, as far as it is told."""
    return any(not one.newest[0].passed for one in telemetry.warnings.all() if one.event == "log.dropped")


def test_a_reader_who_has_gone_and_a_closed_stream_are_not_felt() -> None:
    closed = io.StringIO()
    closed.close()
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as gone:
        for stream in (closed, gone, None):
            told: list[object] = []
            log = LogWriter(stream, lambda *facts, told=told: told.extend(facts))
            log.write("x")
            assert log.close(10)
            assert log.dropped == 1
            log.write("y")
            assert log.close(10)
            count, why = told
            assert count == 1
            assert isinstance(why, BrokenPipeError if stream is gone else OSError)


def test_a_stream_that_was_set_not_to_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.stream.fileno(), False)
    log = LogWriter(pipe.stream, lambda count, why: pytest.fail(f"{count} lost: {why}"))
    log.write("\udcff late")
    assert not log.close(0.05)
    assert pipe.read(until="late") == "\\udcff late\n"
    assert log.close(10)


def test_a_line_that_was_torn_is_ended_before_the_next() -> None:
    log = LogWriter(None, lambda count, why: log.write(f"lost {count}"))
    got = b""
    room = 3

    def put(data: bytes) -> tuple[int, OSError | None]:
        nonlocal got, room
        taken = data[:room]
        got += taken
        room -= len(taken)
        return len(taken), None

    log._put = put
    log.write("first")
    assert log.close(10)
    room = 100
    log.write("second")
    assert log.close(10)
    assert got == b"fir\nlost 1\nsecond\n"
