"""The records of the status page: the facts it is made from, and what it shows of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from worker.config.served import Served
from worker.ledger.view import LedgerView
from worker.monitoring.health import HealthCheck
from worker.monitoring.incidents import Incidents
from worker.runtime.recent_warnings import RecentWarning
from worker.words.phrase import Language

WIDTH, HEIGHT = 60, 24
"""The size of a chart; a minute is one unit wide."""


@dataclass(frozen=True, slots=True)
class About:
    """What does not change during a run. `task_url`: the address of a task on the portal, for people."""

    version: str
    worker_id: str
    engine: str
    portal: str
    shared_ledger: bool
    served: Served
    max_in_flight: int
    task_url: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of a run at one moment, times in seconds; `at` since the epoch.

    `view` None: the ledger could not be read.
    """

    at: float
    uptime: float
    alive: Sequence[HealthCheck]
    ready: Sequence[HealthCheck]
    since_poll: float | None
    refusal: str | None
    """Why the engine hands out no tasks, and how to fix it; None while it does."""
    in_flight: int
    creates_allowed: int
    calls_waiting: int
    """Calls to the portal that its limits or its health hold back."""
    budgets: Mapping[str, float]
    """By portal method, the seconds of execution that it may still use, if the portal limits that."""
    doubtful: frozenset[str]
    """External tasks whose create is in doubt."""
    since_rounds: Mapping[str, float]
    """Since the last complete round of `watch` and `sweep`, and since the last accepted synchronisation."""
    view: LedgerView | None
    rates: Mapping[str, Sequence[float]]
    warnings: Sequence[RecentWarning] = ()
    """The warnings of this run, newest first."""
    rates_cover: float = 3600.0
    """The time that `rates` cover: less than an hour if the run began since."""
    incidents: Incidents = field(default_factory=Incidents)
    """The steps that need a person's decision, or since when nothing is known of them."""


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    mood: str
    state: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`: x, y and height of each minute whose value is not 0, in a picture of `WIDTH` × `HEIGHT`."""

    name: str
    label: str
    total: str
    peak: str
    bars: Sequence[tuple[int, float, float]]
    bad: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: `facts` identify the thing, `reason` says why it waits, `cure` what a person can do."""

    facts: Sequence[str]
    number: int | None
    """The number of its Bitrix24 task."""
    url: str
    since: str
    reason: str
    cure: str = ""
    link: str = ""
    """Its address in Cockpit; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    count: int
    hint: str
    items: Sequence[Item]
    more: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `way`: the state of its three steps (create, complete at the engine, synchronise)."""

    number: int | None
    url: str
    state: str
    way: tuple[str, str, str]
    since: str
    moment: str
    topic: str
    process: str
    instance: str
    external_task: str


@dataclass(frozen=True, slots=True)
class Warned:
    """The warnings of one event. `mood`: warn or bad; `items`: its last occurrences, each with its own message."""

    event: str
    mood: str
    times: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows, without its layout. `mood`: good, warn, bad, or wait."""

    language: Language
    mood: str
    headline: str
    reasons: Sequence[str]
    updated: str
    sides: Sequence[Side]
    rates: str
    """The time that the charts cover."""
    charts: Sequence[Chart]
    people: str
    unknown: str
    """Since when it is not known which steps need a decision; empty if it is known."""
    groups: Sequence[Group]
    lines: Sequence[Line] | None
    """None if the ledger could not be read."""
    warnings: Sequence[Warned]
    about: Sequence[tuple[str, str]]
