"""`explain`: the life of one step across engine, ledger and portal, what it waits for, and what to do. Only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.reading import storable
from bitrix.task_states import TaskStates
from worker.commands.explain.deadline import WORKER, Deadline
from worker.commands.explain.events import events_of
from worker.commands.explain.ledger import Book
from worker.commands.explain.matters import matters_of, matters_without_step
from worker.commands.explain.records import ENDED, EngineSays, Matter, PortalSays, ProcessSays, Told, WorkerSays
from worker.commands.explain.several import NotFound, by_need, in_need
from worker.commands.explain.shown import Explained, moment
from worker.commands.explain.sides import (
    ask_engine,
    ask_instance,
    ask_portal,
    ask_worker,
    engine_of,
    no_longer_there,
    portal_of,
    process_of,
)
from worker.commands.explain.silence import Silence, silence_of
from worker.commands.running.state import Greeting, greet
from worker.config.served import Served
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.step_life import TaskNow
from worker.ledger.life import Life
from worker.ledger.rows import LONGEST_NAME
from worker.ledger.task_pages import NUMBER, TaskPage
from worker.model import MARKER_PREFIX, Stage
from worker.words.explain import FRAME
from worker.words.explain_events import NEVER_KEPT
from worker.words.phrase import Phrase

MOST_CALLED = 20
"""Instances that one has called are searched until there are so many."""
MOST_ASKED = 3
"""Of several steps so many are asked about, whether they need a person."""
ENGINE_ID = re.compile(r"[\w:-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What was found outside the ledger; `reasons`: who could not be asked, and why.

    `processes`: if there are no steps, the process instances that have none.
    """

    steps: Sequence[TaskNow | str]
    reasons: Sequence[Phrase]
    processes: Sequence[ProcessSays] = ()

    @property
    def ids(self) -> list[str]:
        return [*map(_id_of, self.steps)]


def _id_of(step: TaskNow | str) -> str:
    return step if isinstance(step, str) else step.external_task_id


def explain(settings: Settings, asked: str) -> Explained | NotFound:
    """What is known of the step that `asked` names.

    `asked`: an external task, a process instance, a business key (each in full; in the ledger also its beginning), or
    the whole number of a Bitrix24 task. Ledger, engine, portal and the running worker may be missing: then it says why
    nothing of them is known.
    """
    deadline, greeting = Deadline(), greet(settings)
    book = Book(settings, greeting.served(settings), deadline)
    with closing(book), engine_of(settings, deadline) as engine, portal_of(settings, deadline) as portal:
        asker, page = _Asker(settings, book, engine, portal, asked, greeting, deadline), book.search(asked)
        sought = _Sought([], ()) if page.exact else _elsewhere(engine, portal, asked)
        if sought.steps or sought.processes:
            page = TaskPage([])  # of others the ledger knows names that only begin so
        if len(page.tasks) > 1:
            gone = no_longer_there(engine, page.tasks)
            tasks = by_need(page.tasks, gone)
            first = asker.in_need([one.external_task_id for one in tasks])
            reasons = sought.reasons or [*deadline.late().values()]
            return NotFound(asked, tasks, cut=page.cut, gone=gone, reasons=reasons, first=first)
        sought = _Sought([page.tasks[0].external_task_id], ()) if page.tasks else sought
        if not sought.steps and len(sought.processes) == 1 and isinstance(engine, Engine):
            return asker.without_step(ask_instance(engine, sought.processes[0]), sought)
        if len(sought.steps) == 1:
            return asker.step(sought.ids[0])
        unread = [_not_known("ledger", book.unread)] if book.unread else []
        some, first = sought.steps or sought.processes, asker.in_need(sought.ids)
        reasons = [*unread, *sought.reasons] or [*deadline.late().values()]
        return NotFound(asked, some, reasons=reasons, made_at=book.made_at(), first=first)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks ledger, engine, portal and worker about a step."""

    settings: Settings
    book: Book
    engine: Engine | Silence
    portal: BitrixClient | Silence
    asked: str
    greeting: Greeting
    deadline: Deadline

    def step(self, id_: str) -> Explained:
        life, settings = self.book.life(id_), self.settings
        number, instance = (life.task.portal_task_id, life.task.process_instance_id) if life else (None, None)
        says = ask_engine(self.engine, id_, instance)
        topic = settings.topics.get(life.task.topic) if life else None
        controlled = not (topic and topic.wait.done_in_control)
        portal = replace(ask_portal(self.portal, number, id_), controlled=controlled)
        instance = instance or (says.task.process_instance_id if says.task else None)
        self.deadline.begins(WORKER)
        worker = ask_worker(settings, id_, self.book.opened, self.greeting, instance=instance, number=portal.number)
        told = Told(
            life,
            replace(says, told_before=worker.incident if says.reason else None),
            portal,
            worker,
            self.greeting.served(settings),
            moment,
            unread=self.book.unread,
            late=self.deadline.late(),
            workers={} if life else self.book.workers(),
        )
        return _explained(settings, self.asked, id_, told, matters_of(told))

    def without_step(self, says: EngineSays, sought: _Sought) -> Explained:
        """A process instance in which no step is known."""
        settings, late = self.settings, self.deadline.late()
        served = Served(tuple(settings.topics), settings.camunda.tenants)
        told = Told(None, says, PortalSays(), WorkerSays(), served, moment, unread=self.book.unread, late=late)
        found = _explained(settings, self.asked, "", told, matters_without_step(told))
        return replace(found, not_known=[*found.not_known, *sought.reasons])

    def in_need(self, ids: Sequence[str]) -> list[Explained]:
        """Those of the first few steps that need a person; nothing more is asked once somebody does not answer."""
        found = list[Explained]()
        for id_ in ids[:MOST_ASKED]:
            if self.deadline.has_passed or (found and found[-1].not_heard):
                break
            found.append(self.step(id_))
        return [*in_need(found)]


def _explained(
    settings: Settings, asked: str, external_task_id: str, told: Told, matters: Sequence[Matter]
) -> Explained:
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
        matters=matters,
        events=events_of(told.life, told.engine, told.portal),
        not_known=[*_not_heard(told), *_never_kept(told, matters, enabled=settings.sync.enabled)],
        unread=bool(told.unread),
    )


# --- a step that the ledger does not know ---


def _elsewhere(engine: Engine | Silence, portal: BitrixClient | Silence, asked: str) -> _Sought:
    steps: list[TaskNow | str] = []
    asks = {"engine": engine} | ({"portal": portal} if NUMBER.fullmatch(asked.strip()) else {})
    reasons = [_not_known(side, one) for side, one in asks.items() if isinstance(one, Silence)]
    try:
        steps = list(_at_portal(portal, asked))
    except PortalError as error:
        reasons.append(_not_known("portal", silence_of(error)))
    try:
        steps = steps or list(_at_engine(engine, asked))
    except EngineError as error:
        reasons.append(_not_known("engine", silence_of(error)))
    return _Sought(steps, reasons, () if steps else _processes(engine, asked))


def _at_portal(portal: BitrixClient | Silence, asked: str) -> Iterator[str]:
    """The external task whose marker the Bitrix24 task of this number has."""
    if isinstance(portal, BitrixClient) and (number := NUMBER.fullmatch(asked.strip())):
        for state in TaskStates(portal).states([int(number[1])]).all():
            marker = state.xml_id or ""
            if marker.startswith(MARKER_PREFIX):
                yield marker.removeprefix(MARKER_PREFIX)


def _at_engine(engine: Engine | Silence, asked: str) -> Sequence[TaskNow | str]:
    """The external task of this id, otherwise those of the process instance of this id or business key.

    Incidents come first.
    """
    name = _name_in(asked)
    if isinstance(engine, Silence) or not name:
        return []
    if ENGINE_ID.fullmatch(name):
        if engine.task_now(name) or engine.task_log(externalTaskId=name):
            return [name]
        if found := _of_instance(engine, name):
            return found
    several = [one for instance in engine.instances_of(name) for one in _of_instance(engine, instance)]
    return sorted({_id_of(one): one for one in several}.values(), key=_is_quiet)


def _is_quiet(step: TaskNow | str) -> bool:
    return isinstance(step, str) or step.retries != 0


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


def _of_instance(engine: Engine, process_instance_id: str) -> Sequence[TaskNow | str]:
    """The steps at which it and the instances that it called wait now; if at none, those they were at."""
    family = _family(engine, process_instance_id, ended=False)
    if now := [one for instance in family for one in engine.tasks_at(instance)]:
        return sorted(now, key=_is_quiet)
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
        if side in told.late:
            yield told.late[side]
        elif reason:
            yield _not_known(side, reason)
    if portal.answer_reason:
        yield portal.answer_reason


def _not_known(side: str, reason: Silence) -> Phrase:
    return FRAME["not_known"].format(side=FRAME[side], reason=reason.whole)


def _never_kept(told: Told, matters: Sequence[Matter], *, enabled: bool) -> Iterator[Phrase]:
    life, engine = told.life, told.engine
    for one in matters:
        if one.kind == "needs" and one.since is None:
            yield NEVER_KEPT["since"].format(what=one.text)
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
