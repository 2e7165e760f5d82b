"""Puts health, metrics and the status page of a run together and serves them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from bitrix.secrecy import hide
from worker import __version__
from worker.config.ledger_mark import marks_of
from worker.config.served import Served
from worker.config.settings import Settings
from worker.config.settings_mark import settings_marks
from worker.ledger.task_pages import TaskPage
from worker.monitoring.engine_load import LoadReader
from worker.monitoring.health import Health
from worker.monitoring.incidents import Incidents
from worker.monitoring.listening import listening
from worker.monitoring.met import with_met
from worker.monitoring.metrics import Metrics, Reading, Work
from worker.monitoring.page import Page
from worker.monitoring.page_charts import CHARTED
from worker.monitoring.page_model import About, Facts, Flow, Wanted
from worker.monitoring.page_view import known_needs, needs_of
from worker.monitoring.pauses import Counts, Pauses, pauses_in
from worker.monitoring.shown_parts import ShownParts
from worker.monitoring.statistics import with_rate
from worker.monitoring.web import Web
from worker.runtime import clock
from worker.runtime.recent_warnings import RecentWarning
from worker.tasks.begun_creates import BegunCreate, begun_creates
from worker.words.printable import printable


class Observation:
    """Reads the parts of a run and never changes them."""

    def __init__(self, settings: Settings, parts: ShownParts) -> None:
        self._settings = settings
        self._parts = parts
        self._served = Served(tuple(settings.topics), settings.camunda.tenants)
        self._web: Web | None = None
        self._ledger = parts.ledger_look
        self._health = Health(parts.threads, parts.gates, parts.fetcher, parts.standstills)
        self._about = self._of_the_run()

    def serve(self) -> None:
        """Serve until the process ends. While the port is taken, the work goes on without the page."""
        http, url, parts = self._settings.http, self._settings.ledger.url, self._parts
        make = partial(
            Web,
            http.host,
            http.port,
            page=self._page(),
            health=self._health,
            pauses=self._pauses(),
            registry=self._metrics().registry(),
            on_event=parts.events.receive if parts.events else None,
            telemetry=parts.telemetry,
            marks=partial(_marks, url, settings_marks(self._settings)),
        )
        self._web = listening(make, http, parts.threads, parts.telemetry)
        if self._web:
            parts.threads.beats.rest()  # a hanging server answers no /healthz, which shows it
            self._web.loop()

    def _metrics(self) -> Metrics:
        parts = self._parts
        return Metrics(
            parts.ledger,
            {gate.side: gate for gate in parts.gates},
            self._readings(),
            look=self._ledger,
            engine_load=LoadReader(
                parts.engine, self._settings.topics, parts.gates.engine, parts.telemetry, parts.backlog.known
            ).read,
            budgets=parts.limiter.budgets_left,
            timings=parts.timings,
            work=self._work,
            paused=self._paused,
            needs=self._needs,
        )

    def _needs(self) -> dict[str, int]:
        """How much needs a person, by the names of the headline. What is not known is missing."""
        facts = self.look()
        counts = {group.name: group.count for group in needs_of(facts, self._about, self._settings.log.language)}
        return {name: counts.get(name, 0) for name in known_needs(facts)}

    def _readings(self) -> tuple[Reading, ...]:
        """The figures of this process. A new gauge is one more entry in one of these."""
        return (*self._of_steps(), *self._of_troubles(), *self._of_sides())

    def _of_steps(self) -> tuple[Reading, ...]:
        """The external tasks of this worker now."""
        parts = self._parts
        return (
            Reading("in_flight", "External tasks in hand, those in doubt included.", parts.locks.__len__),
            Reading(
                "doubtful", "Creates and additions of unknown outcome, as page and `status` count.", self._doubtful
            ),
            Reading(
                "doubtful_in_hand", "External tasks in hand that are in doubt: they take no slot.", parts.doubts.__len__
            ),
            Reading(
                "slots",
                "External tasks that may be in hand at once, without those in doubt (2 × camunda.max_in_flight - 1).",
                lambda: self._settings.camunda.most_in_hand,
            ),
            Reading("waiting", "Steps that wait until a person closes their task.", parts.waiting.__len__),
            Reading(
                "in_control",
                "Those of them whose task is done and awaits its creator's control.",
                lambda: len(self.incidents().in_control),
            ),
        )

    def _doubtful(self) -> int:
        """Without the ledger only those in hand are known."""
        parts, known = self._parts, len(self._parts.doubts)
        if not parts.gates.ledger.is_open:
            return known
        return max(known, self._ledger.ask(lambda: parts.ledger.views.unclear(self._served)) or 0)

    def _of_troubles(self) -> tuple[Reading, ...]:
        """What a person must look into, or what was lost."""
        parts = self._parts
        return (
            Reading(
                "many_steps_gone",
                "Waiting steps that disappeared at once, too many to act on; otherwise 0.",
                lambda: parts.sweep.steps.many_gone,
            ),
            Reading(
                "many_tasks_gone",
                "Waiting tasks that disappeared at once, too many to act on; otherwise 0.",
                lambda: parts.sweep.tasks.many_gone,
            ),
            Reading(
                "stuck_processes",
                "Processes with or behind steps of ours that the engine itself could not go on with; NaN: not known.",
                self._stuck,
            ),
            Reading(
                "odd_rows",
                "Rows of the portal's task list that cannot be read, so that their steps go on waiting; otherwise 0.",
                lambda: max(parts.watch.odd_rows, parts.sweep.tasks.odd_rows),
            ),
            Reading(
                "http_connections_refused",
                "Connections to the page that were closed at once, because there were too many.",
                lambda: self._web.refused() if self._web else 0,
                rises=True,
            ),
            Reading(
                "log_lines_dropped",
                "Lines of the log that were dropped, because nobody read them in time.",
                lambda: parts.telemetry.dropped,
                rises=True,
            ),
        )

    def _stuck(self) -> float:
        seen = self._parts.incidents.seen()
        return len(seen.stuck) if seen.known and seen.stuck is not None else math.nan

    def _of_sides(self) -> tuple[Reading, ...]:
        """How portal and engine keep up."""
        parts = self._parts
        return (
            Reading(
                "creates_allowed",
                "Creates that may run at once, as the portal's health allows.",
                parts.limiter.allowed,
            ),
            Reading(
                "portal_calls_waiting",
                "Calls to the portal that its limits or its health hold back.",
                parts.limiter.waiting,
            ),
            Reading(
                "since_poll_seconds",
                "Seconds since the engine last answered a fetch, or since the start.",
                lambda: clock.boottime() - (parts.fetcher.polled_at or parts.deadlines.started),
            ),
        )

    def _paused(self) -> dict[str, float]:
        """For how long each part of the work has been paused; 0: it is not."""
        return {one.part: pause.lasted if (pause := one.pause) else 0.0 for one in self._parts.standstills}

    def _work(self) -> Work:
        """What the threads do, and when `watch`, `sweep` and the synchronisations last succeeded."""
        waiting = self._settings.waiting
        beats = self._parts.threads.beats
        return Work(
            steps=beats.oldest(),
            stuck={one.name: one.count for one in beats.silent()},
            since_round=self._since_rounds(),
            round_every={"watch": waiting.poll_seconds, "sweep": waiting.sweep_seconds},
        )

    def _since_rounds(self) -> dict[str, float]:
        """Seconds since each last succeeded, or since the start."""
        now = clock.boottime()
        done = {"watch": self._parts.watch.looked_at, "sweep": self._parts.sweep.swept_at}
        if self._settings.sync.enabled:
            done["sync"] = self._parts.syncs.accepted_at
        return {name: now - (self._parts.deadlines.started if at is None else at) for name, at in done.items()}

    # --- the page ---

    def _of_the_run(self) -> About:
        settings = self._settings
        webhook = settings.bitrix.webhook_url
        return About(
            version=__version__,
            worker_id=self._parts.engine.worker_id,
            engine=settings.camunda.base_url,
            portal=webhook.portal,
            ledger=self._parts.ledger.shown,
            served=self._served,
            most_in_hand=settings.camunda.most_in_hand,
            task_url=webhook.task_url,
        )

    def _page(self) -> Page:
        return Page(self._about, self, _shown, self._settings.log.language)

    def find(self, wanted: Wanted) -> TaskPage | None:
        """The tasks that are wanted; None if the ledger cannot be read."""
        views, before = self._parts.ledger.views, wanted.before
        if before is not None:
            return self._ledger.ask(lambda: views.tasks_before(before, self._served))
        return self._ledger.ask(lambda: views.search(wanted.words, self._served))

    def warnings(self) -> Sequence[RecentWarning]:
        """The warnings of this run, newest first."""
        return self._parts.telemetry.warnings.all()

    def incidents(self) -> Incidents:
        """What needs a person's decision at the engine: as it told last, and as this worker has met it."""
        return with_met(self._parts)

    def creates(self) -> Mapping[str, BegunCreate]:
        """What each create in hand waits for."""
        return begun_creates(self._parts)

    def look(self) -> Facts:
        """The state of the run now."""
        parts = self._parts
        now = clock.boottime()
        view = self._ledger.ask(lambda: parts.ledger.views.read(self._served))
        took = clock.boottime() - now if view else None
        counters = with_rate(view.counters) if view else {}
        ready = self._health.ready()
        return Facts(
            at=clock.wall(),
            uptime=now - parts.deadlines.started,
            alive=self._health.alive(),
            ready=ready,
            meanwhile=self.meanwhile() if pauses_in(ready) else {},
            engine_answered=parts.gates.engine.since_well(),
            in_flight=len(parts.locks),
            creates_allowed=parts.limiter.allowed(),
            calls_waiting=parts.limiter.waiting(),
            budgets=parts.limiter.budgets_left(),
            creates=self.creates(),
            since_rounds=self._since_rounds(),
            view=view,
            rates={name: parts.statistics.rates.per_minute(name, counters) for name in CHARTED} if view else {},
            rates_cover=parts.statistics.rates.covered(),
            warnings=self.warnings(),
            incidents=self.incidents(),
            flow=Flow(
                backlog=parts.backlog.seen(),
                silent_locked=parts.backlog.left_locked(),
                portal_answered=parts.gates.portal.since_well(),
                engine=parts.timings.sides["engine"].read(),
                portal=parts.timings.sides["portal"].read(),
                ledger_latency=took,
            ),
        )

    def _pauses(self) -> Pauses:
        return Pauses(self, _shown, self._settings.log.language)

    def meanwhile(self) -> Counts:
        """How much waits while a side is down. A ledger that is down or slow is not asked: what it told last counts."""
        parts = self._parts
        waiting = parts.backlog.known().difference(lock.task_id for lock in parts.locks.all())
        owed: dict[str, int | None] = {"waiting": len(waiting), "outcomes": None, "syncs": None}
        if parts.gates.ledger.is_open and not self._ledger.standstill.pause:
            owed |= self._ledger.ask(parts.ledger.views.owed) or {}
        return {"backlog": parts.backlog.seen(), "inHand": len(parts.locks), **owed}


def _marks(ledger_url: str, of_settings: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of each answer."""
    return [*marks_of(ledger_url), *of_settings]


def _shown(text: str) -> str:
    return printable(hide(text))
