"""`explain`: the life of one step across engine, ledger and portal, what it waits for, and what to do. Only reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.reading import storable
from bitrix.task_states import TaskStates
from worker.commands.explain_events import events_of
from worker.commands.explain_matters import ENDED, matters_of, matters_without_step
from worker.commands.explain_shown import Explained, NotFound, moment
from worker.commands.explain_sides import (
    ask_engine,
    ask_instance,
    ask_portal,
    ask_worker,
    engine_of,
    no_longer_there,
    portal_of,
    process_of,
    told_before,
)
from worker.commands.explained import HEARD, EngineSays, PortalSays, ProcessSays, Silence, Told, WorkerSays, silence_of
from worker.config.served import Served
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.life import Life
from worker.ledger.reader import LedgerReader
from worker.ledger.rows import KEEP_ROWS_SECONDS, LONGEST_NAME
from worker.ledger.task_pages import NUMBER, TaskPage
from worker.ledger.view import Views
from worker.model import MARKER_PREFIX, Stage
from worker.runtime import clock
from worker.words.explain import FRAME
from worker.words.explain_events import NEVER_KEPT
from worker.words.phrase import Phrase

T = TypeVar("T")
MOST_CALLED = 20
"""Instances that one has called are searched until there are so many."""
ENGINE_ID = re.compile(r"[\w:-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What was found outside the ledger; `reasons`: who could not be asked, and why.

    `processes`: if there are no ids, the process instances that have no step.
    """

    ids: Sequence[str]
    reasons: Sequence[Phrase]
    processes: Sequence[ProcessSays] = ()


class _Book:
    """The ledger, as far as it can be read. `unread`: why it cannot, if so."""

    def __init__(self, settings: Settings) -> None:
        self._served = Served(tuple(settings.topics), settings.camunda.tenants)
        self._reader: LedgerReader | None = None
        self.unread = HEARD
        seconds = settings.ledger.heartbeat_seconds
        about = {"portal": settings.portal, "engine": settings.engine}
        try:
            self._reader = LedgerReader(settings.ledger.url, **about, beat_seconds=seconds)
        except LedgerError as error:
            self.unread = silence_of(error)

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def search(self, asked: str) -> TaskPage:
        return self._read(lambda views: views.search(asked, self._served)) or TaskPage([])

    def life(self, external_task_id: str) -> Life | None:
        return self._read(lambda views: views.life(external_task_id, self._served))

    def made_at(self) -> float | None:
        """When the ledger was made, if that is less long ago than it keeps completed steps; None otherwise."""
        age = self._read(lambda views: views.age())
        return None if age is None or age > KEEP_ROWS_SECONDS else clock.wall() - age

    def _read(self, look: Callable[[Views], T | None]) -> T | None:
        if self._reader is None or self.unread:
            return None
        try:
            return look(self._reader.views)
        except LedgerUnavailable as error:
            self.unread = silence_of(error)
            return None


def explain(settings: Settings, asked: str) -> Explained | NotFound:
    """What is known of the step that `asked` names.

    `asked`: an external task, a process instance, a business key (each in full; in the ledger also its beginning), or
    the whole number of a Bitrix24 task. Ledger, engine, portal and the running worker may be missing: then it says why
    nothing of them is known.
    """
    with closing(_Book(settings)) as book, engine_of(settings) as engine, portal_of(settings) as portal:
        page = book.search(asked)
        if len(page.tasks) > 1:
            return NotFound(asked, page.tasks, cut=page.cut, gone=no_longer_there(engine, page.tasks))
        sought = _Sought([page.tasks[0].external_task_id], ()) if page.tasks else _elsewhere(engine, portal, asked)
        if not sought.ids and len(sought.processes) == 1 and isinstance(engine, Engine):
            return _without_step(settings, asked, ask_instance(engine, sought.processes[0]), sought, book.unread)
        if len(sought.ids) != 1:
            unread = [_not_known("ledger", book.unread)] if book.unread else []
            return NotFound(
                asked, sought.ids or sought.processes, reasons=[*unread, *sought.reasons], made_at=book.made_at()
            )
        (id_,) = sought.ids
        life = book.life(id_)
        number, instance = (life.task.portal_task_id, life.task.process_instance_id) if life else (None, None)
        says = ask_engine(engine, id_, instance)
        if says.reason:
            says = replace(says, told_before=told_before(settings, id_))
        told = Told(
            life,
            says,
            ask_portal(portal, number, id_),
            ask_worker(settings, id_),
            Served(tuple(settings.topics), settings.camunda.tenants),
            moment,
            unread=book.unread,
        )
    return _explained(settings, asked, id_, told)


def _without_step(settings: Settings, asked: str, says: EngineSays, sought: _Sought, unread: Silence) -> Explained:
    """A process instance in which no step is known."""
    served = Served(tuple(settings.topics), settings.camunda.tenants)
    told = Told(None, says, PortalSays(), WorkerSays(), served, moment, unread=unread)
    found = _explained(settings, asked, "", told)
    return replace(found, matters=matters_without_step(told), not_known=[*found.not_known, *sought.reasons])


def _explained(settings: Settings, asked: str, external_task_id: str, told: Told) -> Explained:
    number = told.portal.number
    url = settings.bitrix.webhook_url.task_url(number) if number and settings.portal else None
    return Explained(
        asked=asked,
        external_task_id=external_task_id,
        life=told.life,
        engine=told.engine,
        portal_task=number,
        portal_url=url,
        cockpit=settings.camunda.cockpit_url,
        matters=matters_of(told),
        events=events_of(told.life, told.engine, told.portal),
        not_known=[*_not_heard(told), *_never_kept(told, enabled=settings.sync.enabled)],
        unread=bool(told.unread),
    )


# --- a step that the ledger does not know ---


def _elsewhere(engine: Engine | Silence, portal: BitrixClient | Silence, asked: str) -> _Sought:
    ids: list[str] = []
    asks = {"engine": engine} | ({"portal": portal} if NUMBER.fullmatch(asked.strip()) else {})
    reasons = [_not_known(side, one) for side, one in asks.items() if isinstance(one, Silence)]
    try:
        ids = list(_at_portal(portal, asked))
    except PortalError as error:
        reasons.append(_not_known("portal", silence_of(error)))
    try:
        ids = ids or list(_at_engine(engine, asked))
    except EngineError as error:
        reasons.append(_not_known("engine", silence_of(error)))
    return _Sought(ids, reasons, () if ids else _processes(engine, asked))


def _at_portal(portal: BitrixClient | Silence, asked: str) -> Iterator[str]:
    """The external task whose marker the Bitrix24 task of this number has."""
    if isinstance(portal, BitrixClient) and (number := NUMBER.fullmatch(asked.strip())):
        for state in TaskStates(portal).states([int(number[1])]).all():
            marker = state.xml_id or ""
            if marker.startswith(MARKER_PREFIX):
                yield marker.removeprefix(MARKER_PREFIX)


def _at_engine(engine: Engine | Silence, asked: str) -> Sequence[str]:
    """The external task of this id, otherwise those of the process instance of this id or business key."""
    name = _name_in(asked)
    if isinstance(engine, Silence) or not name:
        return []
    if ENGINE_ID.fullmatch(name):
        if engine.task_now(name) or engine.task_log(externalTaskId=name):
            return [name]
        if found := _of_instance(engine, name):
            return found
    instances = engine.instances_of(name)
    return list(dict.fromkeys(id_ for instance in instances for id_ in _of_instance(engine, instance)))


def _name_in(asked: str) -> str:
    """An id or business key that an engine may have; empty: none."""
    name = storable(asked.strip())
    return name if len(name) <= LONGEST_NAME else ""


def _processes(engine: Engine | Silence, asked: str) -> Sequence[ProcessSays]:
    """The process instance of this id, otherwise those of this business key; at most a few."""
    name = _name_in(asked)
    if isinstance(engine, Silence) or not name:
        return []
    with suppress(EngineError):  # who could not be asked was heard of before
        found = process_of(engine, name) if ENGINE_ID.fullmatch(name) else None
        some = [found] if found and found.kept else [process_of(engine, id_) for id_ in engine.instances_of(name)]
        return [one for one in some if one and one.kept]
    return []


def _of_instance(engine: Engine, process_instance_id: str) -> list[str]:
    """The steps at which it and the instances that it called wait now; if at none, those they were at."""
    family = _family(engine, process_instance_id, ended=False)
    if now := [one.external_task_id for instance in family for one in engine.tasks_at(instance)]:
        return now
    family = _family(engine, process_instance_id, ended=True)
    log = (one.external_task_id for instance in family for one in engine.task_log(processInstanceId=instance))
    return [id_ for id_ in dict.fromkeys(log) if id_]


def _family(engine: Engine, process_instance_id: str, *, ended: bool) -> list[str]:
    """A process instance with those that it called, and those that they called."""
    family = [process_instance_id]
    for instance in family:
        if len(family) < MOST_CALLED:
            family += (one for one in engine.called_by(instance, ended=ended) if one not in family)
    return family


# --- what nobody can tell ---


def _not_heard(told: Told) -> Iterator[Phrase]:
    engine, portal = told.engine, told.portal
    for side, reason in (
        ("ledger", told.unread),
        ("engine", engine.reason or engine.log_reason),
        ("portal", portal.reason),
    ):
        if reason:
            yield _not_known(side, reason)
    if portal.answer_reason:
        yield portal.answer_reason


def _not_known(side: str, reason: Silence) -> Phrase:
    return FRAME["not_known"].format(side=FRAME[side], reason=reason.whole)


def _never_kept(told: Told, *, enabled: bool) -> Iterator[Phrase]:
    life, engine = told.life, told.engine
    if not (engine.log or engine.log_reason or engine.reason):
        yield NEVER_KEPT["no_history"]
    if life is None:
        return
    yield NEVER_KEPT["fetched"]
    if life.attempts > 1:
        yield NEVER_KEPT["attempts"].format(attempts=life.attempts)
    if life.task.stage is Stage.WAITING:
        yield NEVER_KEPT["made"]
    if enabled and _owed_a_sync(life) and not life.syncs:
        yield NEVER_KEPT["sent"]


def _owed_a_sync(life: Life) -> bool:
    return life.task.portal_task_id is not None and life.task.stage in (Stage.WAITING, *ENDED)
