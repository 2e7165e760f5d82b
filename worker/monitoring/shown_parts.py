"""The parts of a run that monitoring reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bitrix.limits.limiter import Limiter
from worker.engine.client import Engine
from worker.engine.locks import LockBook
from worker.ledger import Ledger
from worker.monitoring.engine_load import BacklogWatch
from worker.monitoring.incident_watch import IncidentWatch
from worker.monitoring.ledger_look import LedgerLook
from worker.monitoring.statistics import Statistics
from worker.monitoring.surroundings import Surroundings
from worker.monitoring.taken import TakenWatch
from worker.outbox.sync import SyncOutbox
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gates
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.tasks.doubts import Doubts
from worker.tasks.fetcher import Fetcher
from worker.tasks.left_creates import LeftCreates
from worker.tasks.recording import Recording
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.portal_events import PortalEvents
from worker.waiting.sweep import Sweep
from worker.waiting.watch import Watch


class ShownParts(Protocol):
    """They are never changed by it."""

    threads: Threads
    deadlines: Deadlines
    gates: Gates
    fetcher: Fetcher
    locks: LockBook
    doubts: Doubts
    recording: Recording
    left_creates: LeftCreates
    ledger: Ledger
    ledger_look: LedgerLook
    engine: Engine
    waiting: WaitingBook
    watch: Watch
    sweep: Sweep
    syncs: SyncOutbox
    events: PortalEvents | None
    limiter: Limiter
    timings: Timings
    statistics: Statistics
    incidents: IncidentWatch
    taken: TakenWatch
    surroundings: Surroundings
    backlog: BacklogWatch
    standstills: Sequence[Standstill]
    telemetry: Telemetry
