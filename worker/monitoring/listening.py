"""Waits for the port of the page where another process has it."""

from __future__ import annotations

from collections.abc import Callable

from worker.config.settings import HttpSettings
from worker.monitoring.web import Web
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words.not_listening import not_listening

AGAIN_SECONDS = 15.0
"""How long to wait before the port is tried again: the other worker may end one day."""


def listening(make: Callable[[], Web], http: HttpSettings, threads: Threads, telemetry: Telemetry) -> Web | None:
    """What `make` makes, once it raises no `OSError`; None if the run stops before. That it fails is logged once."""
    told = False
    while True:
        try:
            web = make()
        except OSError as error:
            if not told:
                host, port, seconds = http.host, http.port, round(AGAIN_SECONDS)
                why, cure = not_listening(error, port)
                telemetry.emit("http.unavailable", host=host, port=port, reason=why, seconds=seconds, cure=cure)
            told = True
        else:
            telemetry.emit("http.listening", host=http.host, port=web.port)
            return web
        if threads.stopping(AGAIN_SECONDS):
            return None
