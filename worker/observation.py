"""Shows a run to those who watch it: puts health and metrics together and serves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bitrix.turnstile import Turnstile
from worker import clock
from worker.config import HttpSettings
from worker.crew import Crew
from worker.doubts import Doubts
from worker.engine import Engine
from worker.events import Events
from worker.fetcher import Fetcher
from worker.gate import Gate
from worker.health import Health
from worker.ledger import Ledger
from worker.locks import LockBook
from worker.metrics import Metrics
from worker.telemetry import Telemetry
from worker.timings import Timings
from worker.waiting import WaitingBook
from worker.web import Web


def observe(
    http: HttpSettings,
    *,
    crew: Crew,
    gates: Sequence[Gate],
    fetcher: Fetcher,
    locks: LockBook,
    doubts: Doubts,
    ledger: Ledger,
    engine: Engine,
    topics: Sequence[str],
    waiting: WaitingBook,
    events: Events | None,
    turnstile: Turnstile,
    timings: Timings,
    telemetry: Telemetry,
    started: float,
    is_stopping: Callable[[], bool],
) -> None:
    """Serve until the process ends; a taken port is no reason not to work, so that only this returns."""
    now: dict[str, Callable[[], float]] = {
        "in_flight": locks.__len__,
        "doubtful": doubts.__len__,
        "waiting": waiting.__len__,
        "creates_allowed": turnstile.allowed,
        "seconds_since_poll": lambda: clock.boottime() - (fetcher.polled_at or started),
    }
    by_side = {gate.side: gate for gate in gates}
    metrics = Metrics(
        ledger,
        by_side,
        now,
        backlog=lambda: {topic: engine.backlog(topic) for topic in topics},
        budgets=turnstile.budgets_left,
        timings=timings,
    )
    health = Health(
        crew,
        gates,
        polled_at=lambda: fetcher.polled_at,
        has_free_slots=fetcher.has_free_slots,
        is_stopping=is_stopping,
    )
    try:
        web = Web(http.host, http.port, health, metrics.registry(), events.hear if events else None)
    except OSError as error:
        telemetry.emit("http.unavailable", host=http.host, port=http.port, reason=error.strerror)
        return
    telemetry.emit("http.listening", host=http.host, port=web.port)
    web.loop()
