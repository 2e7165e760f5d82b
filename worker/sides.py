"""Builds a run's ledger, its clients of engine and portal, which report to their gates, and its time limits."""

from __future__ import annotations

import platform
import uuid
from collections.abc import Callable

from bitrix.client import BitrixClient
from bitrix.limits.limiter import Limiter
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.wellbeing import EngineWellbeing, LedgerWellbeing, PortalWellbeing
from worker.ledger import Ledger
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gates
from worker.runtime.telemetry import Telemetry
from worker.runtime.timings import Timings
from worker.steps.needed import needed

ComesBy = Callable[[str], object]
"""Called with the name of each call, by the thread that begins the call."""


def open_ledger(settings: Settings, gates: Gates, telemetry: Telemetry) -> Ledger:
    """Open the ledger as a `run`, of which a SQLite file allows only one at a time. Raises `LedgerError`."""
    wellbeing = LedgerWellbeing(gates.ledger, telemetry)
    return Ledger(
        settings.ledger.url,
        portal=settings.bitrix.webhook_url.portal,
        engine=settings.camunda.base_url,
        owner=str(uuid.uuid4()),
        exclusive=True,
        sync_enabled=settings.sync.enabled,
        beat_seconds=settings.ledger.heartbeat_seconds,
        on_unavailable=wellbeing.unavailable,
        on_number_shared=wellbeing.number_shared,
    )


def engine_client(settings: Settings, ledger: Ledger, deadlines: Deadlines, gates: Gates, comes_by: ComesBy) -> Engine:
    """The client of the engine; makes no call to it yet.

    With a shared ledger, leases the slot for the worker id: raises `LedgerUnavailable`.
    """
    return Engine(
        settings.camunda,
        _worker_id(settings, ledger, deadlines),
        deadlines.locks,
        connections=_connections(settings),
        variables={name: needed(topic) for name, topic in settings.topics.items() if topic.variables == "needed"},
        comes_by=comes_by,
        on_end=EngineWellbeing(gates.engine).on_end,
    )


def portal_client(settings: Settings, limiter: Limiter, gates: Gates, timings: Timings) -> BitrixClient:
    """The client of the portal; makes no call to it yet."""
    return BitrixClient(
        settings.bitrix.webhook_url,
        limiter=limiter,
        on_call=timings.portal_call,
        on_end=PortalWellbeing(gates.portal).on_end,
        route=settings.bitrix.route,
        request_timeout=settings.bitrix.request_timeout,
        delivery_seconds=settings.bitrix.delivery_seconds,
        max_connections=_connections(settings),
    )


def _connections(settings: Settings) -> int:
    return 2 * settings.camunda.max_in_flight + settings.sync.slots


def _worker_id(settings: Settings, ledger: Ledger, deadlines: Deadlines) -> str:
    """The worker id: stable over restarts, unique among running processes.

    With a ledger of its own the configured id, otherwise host name and ledger id; with a shared ledger the configured
    id or host name, followed by the number of a slot leased in the ledger.
    """
    named, host = settings.camunda.worker_id, platform.node()
    if not ledger.shared:
        return named or f"{host}-{ledger.id[:8]}"
    return f"{named or host}-{ledger.leases.lease(named or host, locks_for=deadlines.longest_lock)}"


def deadlines_of(settings: Settings) -> Deadlines:
    """The time limits of a run that starts now."""
    camunda = settings.camunda
    return Deadlines(
        started=clock.boottime(),
        hold=settings.hold_seconds,
        young=settings.first_within_seconds,
        clock_skew=camunda.clock_skew_seconds,
        locks={name: topic.lock_seconds or camunda.lock_seconds for name, topic in settings.topics.items()},
        waiting_lock=settings.waiting.lock_seconds,
        poll=camunda.long_poll_seconds,
    )
