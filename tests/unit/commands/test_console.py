"""Colours and progress are for a terminal alone, and only where its person wants them."""

from __future__ import annotations

import io
import sys

import pytest

from worker.commands import console
from worker.commands.check.finding import Finding
from worker.commands.console import Colour
from worker.words.phrase import unchanged


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **environ: str) -> str:
    for name, value in ({"TERM": "xterm", "NO_COLOR": ""} | environ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    console.progress("1 of 2")
    console.say("bad", Colour.BAD)
    console.say("plain")
    return stream.getvalue()


def test_a_terminal_shows_colours_and_the_result_in_place_of_the_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    wipe = "\r\x1b[K"
    assert shown(monkeypatch, Terminal()) == f"{wipe}1 of 2{wipe}\x1b[31mbad\x1b[0m\n{wipe}plain\n"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    assert "\x1b[31m" not in shown(monkeypatch, Terminal(), **environ)


def test_a_pipe_gets_the_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == "bad\nplain\n"


def test_what_another_system_says_cannot_colour_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    console.say(Finding(unchanged("x"), good=True, seen=unchanged("\x1b[31mred")).line("en"))
    assert "\x1b[31m" not in stream.getvalue()
