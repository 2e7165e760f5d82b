"""The records of the status page: the facts it is made from, and what it shows of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from worker.config.served import Served
from worker.ledger.task_pages import Cursor
from worker.ledger.view import LedgerView
from worker.monitoring.health import HealthCheck
from worker.monitoring.incidents import Incidents
from worker.runtime.call_times import NOT_MEASURED, Latency
from worker.runtime.recent_warnings import RecentWarning
from worker.tasks.begun_creates import BegunCreate
from worker.words.phrase import Language

WIDTH, HEIGHT = 60, 24
"""The size of a chart; a minute is one unit wide."""
AT_ONCE = 3
"""So many items with one reason are open; the others are one click away."""


@dataclass(frozen=True, slots=True)
class About:
    """What does not change during a run. `task_url`: the address of a task on the portal, for people."""

    version: str
    worker_id: str
    engine: str
    portal: str
    ledger: str
    """Its file, or its server without the password."""
    served: Served
    most_in_hand: int
    task_url: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Flow:
    """How a run keeps up, times in seconds. None: not known, or nothing was measured yet."""

    backlog: int | None = None
    """External tasks at the engine that wait for a worker."""
    portal_answered: float | None = None
    """Since the portal last answered well."""
    engine: Latency = NOT_MEASURED
    portal: Latency = NOT_MEASURED
    ledger_latency: float | None = None
    """How long it took to read what the page shows."""
    silent_locked: int = 0
    """External tasks that a worker of the ledger has locked which has fallen silent, and that no row names."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of a run at one moment, times in seconds; `at` since the epoch.

    `view` None: the ledger could not be read.
    """

    at: float
    uptime: float
    alive: Sequence[HealthCheck]
    ready: Sequence[HealthCheck]
    engine_answered: float | None
    """Since the engine last answered, whatever it was asked: while another side is down it is asked for no tasks."""
    in_flight: int
    creates_allowed: int
    calls_waiting: int
    """Calls to the portal that its limits or its health hold back."""
    budgets: Mapping[str, float]
    """By portal method, the seconds of execution that it may still use, if the portal limits that."""
    creates: Mapping[str, BegunCreate]
    """What each external task in hand waits for, if its create was begun."""
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
    flow: Flow = Flow()
    meanwhile: Mapping[str, int | None] = field(default_factory=dict)
    """While a side is down: how much waits, by the names of `worker.words.pauses.WAITS`; None: not known."""

    @property
    def working(self) -> frozenset[str]:
        """The sides that work now."""
        return frozenset(check.name for check in self.ready if check.good)

    @property
    def doubtful(self) -> frozenset[str]:
        """External tasks in hand whose create, or an addition to whose task, is in doubt."""
        return frozenset(id_ for id_, create in self.creates.items() if create.doubtful)


@dataclass(frozen=True, slots=True)
class Side:
    """`facts`: names and values of what is known of it; `reason`: why it is down, and how to fix it."""

    name: str
    mood: str
    state: str
    place: str
    reason: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`: x, y and height of each minute whose value is not 0, in a picture of `WIDTH` × `HEIGHT`.

    `top`, `middle`: what the upper line and the middle of the vertical axis stand for.
    """

    name: str
    label: str
    total: str
    top: str
    middle: str
    bars: Sequence[tuple[float, float, float]]
    width: float
    """Of each bar."""
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
    id: str = ""
    """The id to look it up by, shown short; empty: it has none."""
    link: str = ""
    """Its address in Cockpit; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Items with the same reason and the same cure. `count`: all there are; `more`: how many of them are not shown.

    An item whose reason differs by its values shows its own.
    """

    reason: str
    cure: str
    items: Sequence[Item]
    count: int
    more: str = ""

    @property
    def first(self) -> Sequence[Item]:
        """Those shown at once."""
        return self.items[:AT_ONCE]

    @property
    def rest(self) -> Sequence[Item]:
        return self.items[AT_ONCE:]


@dataclass(frozen=True, slots=True)
class Group:
    """What waits for one kind of reason. `clusters`: the most frequent reason first; `more`: how many are not shown."""

    name: str
    title: str
    count: int
    hint: str
    clusters: Sequence[Cluster]
    more: str
    command: str = ""

    @property
    def items(self) -> Sequence[Item]:
        return [item for cluster in self.clusters for item in cluster.items]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks the page is asked for; without any of these, the newest ones."""

    words: str = ""
    """What to search for."""
    before: Cursor | None = None
    """Where an older page begins."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `way`: the state of its three steps (create, complete at the engine, synchronise)."""

    number: int | None
    url: str
    state: str
    reason: str
    cure: str
    way: tuple[str, str, str]
    since: str
    moment: str
    step: str
    """The step's name; without one its id, or whatever names it best."""
    topic: str
    process: str
    business_key: str
    instance: str
    external_task: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Some tasks. `note`: what to know about the list, or why it is empty; `older`: the address of the next page."""

    title: str
    note: str
    lines: Sequence[Line]
    older: str


@dataclass(frozen=True, slots=True)
class Warned:
    """The warnings of one event. `mood`: warn or bad; `level`: as in the log.

    `items`: its last occurrences, each with its own message.
    """

    event: str
    mood: str
    level: str
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
    charts: Sequence[Chart]
    """Of counters that have grown; none: nothing happened."""
    charted: tuple[str, str]
    """What the charts are of, and the beginning of their horizontal axis."""
    people: str
    needs: Sequence[Group]
    """What needs a person."""
    waits: Sequence[Group]
    """What needs nobody besides what `reasons` say."""
    waits_title: str
    """Whether `waits` go on by themselves."""
    unknown: str
    """Since when it is not known which steps need a decision; empty if it is known."""
    tasks: Listing | None
    """None if the ledger could not be read."""
    no_tasks: str
    """Why `tasks` is None."""
    wanted: Wanted
    warnings: Sequence[Warned]
    about: Sequence[tuple[str, str]]

    @property
    def groups(self) -> Sequence[Group]:
        """All that waits."""
        return [*self.needs, *self.waits]
