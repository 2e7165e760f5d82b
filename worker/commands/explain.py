"""`explain`: the life of one step across engine, ledger and portal, what it waits for, and what to do. Only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.task_states import TaskStates
from worker.commands.explain_events import events_of
from worker.commands.explain_matters import ENDED, Told, matters_of
from worker.commands.explain_shown import Explained, NotFound, moment
from worker.commands.explain_sides import ask_engine, ask_portal, ask_worker, engine_of, portal_of
from worker.commands.explained import EngineSays, PortalSays
from worker.config.served import Served
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger.life import Life
from worker.ledger.reader import LedgerReader
from worker.ledger.task_pages import NUMBER
from worker.model import MARKER_PREFIX, Stage
from worker.words.causes import with_cure
from worker.words.explain import FRAME, NEVER_KEPT
from worker.words.phrase import Phrase

ENGINE_ID = re.compile(r"[\w:-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What was found outside the ledger; `reasons`: who could not be asked, and why."""

    ids: Sequence[str]
    reasons: Sequence[Phrase]


def explain(settings: Settings, asked: str) -> Explained | NotFound:
    """What is known of the step that `asked` names. Raises `LedgerError` or `LedgerUnavailable`.

    `asked`: an external task, a process instance, a business key (each in full or its beginning), or the whole number
    of a Bitrix24 task. Engine, portal and the running worker may be missing: then it says why nothing of them is known.
    """
    served = Served(tuple(settings.topics), settings.camunda.tenants)
    with (
        closing(_reader(settings)) as ledger,
        engine_of(settings) as engine,
        portal_of(settings) as portal,
    ):
        page = ledger.views.search(asked, served)
        if len(page.tasks) > 1:
            return NotFound(asked, page.tasks, cut=page.cut)
        sought = _Sought([page.tasks[0].external_task_id], ()) if page.tasks else _elsewhere(engine, portal, asked)
        if len(sought.ids) != 1:
            return NotFound(asked, sought.ids, reasons=sought.reasons)
        (id_,) = sought.ids
        life = ledger.views.life(id_, served)
        number, instance = (life.task.portal_task_id, life.task.process_instance_id) if life else (None, None)
        says = ask_engine(engine, id_, instance)
        told = Told(life, says, ask_portal(portal, number, id_), ask_worker(settings), served, moment)
    return _explained(settings, asked, id_, told)


def _reader(settings: Settings) -> LedgerReader:
    seconds = settings.ledger.heartbeat_seconds
    return LedgerReader(settings.ledger.url, portal=settings.portal, engine=settings.engine, beat_seconds=seconds)


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
        not_known=[*_not_heard(told.engine, told.portal), *_never_kept(told, enabled=settings.sync.enabled)],
    )


# --- a step that the ledger does not know ---


def _elsewhere(engine: Engine | None, portal: BitrixClient | None, asked: str) -> _Sought:
    ids: list[str] = []
    reasons: list[Phrase] = []
    try:
        ids = list(_at_portal(portal, asked))
    except PortalError as error:
        reasons.append(FRAME["not_known"].format(side=FRAME["portal"], reason=with_cure(error)))
    try:
        ids = ids or list(_at_engine(engine, asked))
    except EngineError as error:
        reasons.append(FRAME["not_known"].format(side=FRAME["engine"], reason=with_cure(error)))
    return _Sought(ids, reasons)


def _at_portal(portal: BitrixClient | None, asked: str) -> Iterator[str]:
    """The external task whose marker the Bitrix24 task of this number has."""
    if portal and (number := NUMBER.fullmatch(asked.strip())):
        for state in TaskStates(portal).states([int(number[1])]).all():
            marker = state.xml_id or ""
            if marker.startswith(MARKER_PREFIX):
                yield marker.removeprefix(MARKER_PREFIX)


def _at_engine(engine: Engine | None, asked: str) -> Iterator[str]:
    """The external task of this id, otherwise those of the process instance of this id."""
    id_ = asked.strip()
    if engine is None or not ENGINE_ID.fullmatch(id_):
        return
    if engine.task_now(id_) or engine.task_log(externalTaskId=id_):
        yield id_
        return
    of_instance = (entry.external_task_id for entry in engine.task_log(processInstanceId=id_))
    yield from dict.fromkeys(filter(None, of_instance))


# --- what nobody can tell ---


def _not_heard(engine: EngineSays, portal: PortalSays) -> Iterator[Phrase]:
    for side, reason in (("engine", engine.reason or engine.log_reason), ("portal", portal.reason)):
        if reason:
            yield FRAME["not_known"].format(side=FRAME[side], reason=reason)
    if portal.answer_reason:
        yield portal.answer_reason


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
