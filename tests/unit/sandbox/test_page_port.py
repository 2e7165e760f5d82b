"""Where the demonstration's worker shows its page: never at an address that another program answers."""

from __future__ import annotations

import socket

import pytest

from sandbox.demo import __main__ as demo
from sandbox.demo.words import Say
from sandbox.ports import port_of
from worker.config.settings import HttpSettings


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_taken_usual_port_is_said_and_another_is_chosen(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(demo, "USUAL_PORT", taken := other.getsockname()[1])
        port = demo._page_port({}, Say("ru" if language == "ru" else "en"))
        assert port not in (0, taken)
        said = capsys.readouterr().out
        assert str(taken) in said
        assert str(port) in said
        assert "HTTP_PORT" in said


def test_a_free_usual_port_is_taken_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    monkeypatch.setattr(demo, "USUAL_PORT", free)
    assert demo._page_port({}, Say("en")) == free
    assert demo._page_port({"HTTP_PORT": "0"}, Say("en")) not in (0, free), "any free one"
    assert demo._page_port({"HTTP_PORT": str(free)}, Say("en")) == port_of(str(free))
    assert capsys.readouterr().out == ""


def test_the_usual_port_is_that_of_the_worker() -> None:
    assert HttpSettings().port == demo.USUAL_PORT
