"""Asks engine, portal and the running worker about one step: few calls, each bounded, none that changes anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bitrix import reading
from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.limits.limiter import Limiter
from bitrix.task_states import TaskState, TaskStates, without_none
from bitrix.tasks import Tasks
from bitrix.users import Standing, Users
from worker.commands.check.ledger import start_fault
from worker.commands.check.silent import elsewhere
from worker.commands.explain.deadline import Deadline
from worker.commands.explain.events import portal_time
from worker.commands.explain.places import standing
from worker.commands.explain.records import EngineSays, PortalSays, ProcessSays, WorkerSays
from worker.commands.explain.silence import PORTAL_SECONDS, OutOfTime, Silence, silence_of
from worker.commands.explain.stuck_places import stuck_of
from worker.commands.running.page import place_of
from worker.commands.running.state import (
    Greeting,
    creates_in,
    incidents_of,
    listed_in,
    other_ledger,
    pauses_of,
    told_in,
    warnings_of,
)
from worker.config.place import where_unread
from worker.config.settings import Settings
from worker.engine.callers import Callers
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.line import PERSON_SECONDS
from worker.engine.step_life import LogEntry, TaskNow
from worker.ledger import LedgerError
from worker.ledger.reader import LedgerReader
from worker.ledger.seen import SeenTask
from worker.model import Stage, marker_of
from worker.monitoring.page_warnings import HELD
from worker.steps.bpmn.activity_path import Beginning, beginning_of
from worker.words.explain import FRAME
from worker.words.explain_events import NEVER_KEPT
from worker.words.phrase import NOTHING, Phrase, joined

PEOPLE = ("RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS")
FIELDS = ("CREATED_DATE", "DEADLINE", "GROUP_ID", *PEOPLE)
MOST_INCIDENTS = 4
"""Of so many steps of one process instance the times of their incidents are asked for."""


@contextmanager
def engine_of(settings: Settings, deadline: Deadline) -> Iterator[Engine | Silence]:
    """A client of the engine, or why it cannot be asked."""
    if unasked := engine_unasked(settings):
        yield Silence(unasked)
        return
    with closing(Engine(settings.camunda, "explain", {}, connections=1, comes_by=deadline.engine)) as engine:
        yield engine


def ask_engine(engine: Engine | Silence, external_task_id: str, instance: str | None) -> EngineSays:
    """What the engine tells of this external task, now and in its history. `instance`: its process, if known."""
    if isinstance(engine, Silence):
        return EngineSays(reason=engine)
    try:
        task = engine.task_now(external_task_id)
    except EngineError as error:
        return EngineSays(reason=silence_of(error))
    try:
        instance = instance or (task.process_instance_id if task else None)
        at = engine.tasks_at(instance) if instance else []
        stuck = stuck_of(engine, instance, over=not at) if instance else []
        others = [one for one in at if one.external_task_id != external_task_id]
        times = _incident_times(engine, [*([task] if task else ()), *others])
    except OutOfTime as late:  # what was told before counts
        return EngineSays(task, log_reason=late.why)
    except EngineError as error:
        return EngineSays(reason=silence_of(error))
    process = process_of(engine, instance) if instance and not task else None
    process = standing(engine, process) if process and process.kept else process
    says = EngineSays(task, times, others, stuck, process, beginning=_beginning(engine, task))
    if task and task.error:
        says = replace(says, faulty=Callers(engine, PERSON_SECONDS).to_migrate(task, task.error))
    try:
        says = replace(says, log=engine.task_log(externalTaskId=external_task_id))
        run = task.activity_instance_id if task else _instance_in(says.log)
        return replace(says, run=engine.activity_run(run) if run else None)
    except EngineError as error:
        return replace(says, log_reason=silence_of(error))


def _incident_times(engine: Engine, tasks: Sequence[TaskNow]) -> dict[str, float]:
    """When those without retries became incidents: of the first few, a call for each."""
    found: dict[str, float] = {}
    for one in [one for one in tasks if one.retries == 0][:MOST_INCIDENTS]:
        found |= engine.incident_times(one.external_task_id, timeout=PERSON_SECONDS)
    return found


def process_of(engine: Engine, instance: str) -> ProcessSays | None:
    """What engine and history tell of a process instance; None: both were asked in vain."""
    kept = None
    with suppress(EngineError):  # who may not read the history may still read what runs
        kept = engine.kept_instances([instance]).get(instance)
    with suppress(EngineError):
        return ProcessSays(instance, kept or engine.instance_now(instance))
    return None


def ask_instance(engine: Engine, process: ProcessSays) -> EngineSays:
    """What the engine tells of a process instance at which it shows no external task."""
    try:
        stuck = stuck_of(engine, process.id, over=True)
    except EngineError as error:
        return EngineSays(process=process, reason=silence_of(error))
    return EngineSays(stuck=stuck, process=standing(engine, process))


def _beginning(engine: Engine, task: TaskNow | None) -> Beginning | None:
    if (
        task is None
        or not (task.retries == 0 or task.error)
        or not (task.process_instance_id and task.activity_instance_id)
    ):
        return None
    with suppress(EngineError):  # who may read tasks, but no instances: the rest is told all the same
        tree = engine.activity_tree(task.process_instance_id, timeout=PERSON_SECONDS)
        return beginning_of(tree, task.activity_instance_id)
    return None


def no_longer_there(engine: Engine | Silence, tasks: Sequence[SeenTask]) -> Collection[str]:
    """Which of these steps, open by the ledger, the engine no longer shows; none if it cannot be asked."""
    left = [task.external_task_id for task in tasks if task.stage not in (Stage.SETTLED, Stage.SUPERSEDED)]
    if left and isinstance(engine, Engine):
        with suppress(EngineError):  # the ledger's word counts then
            return {*left} - engine.existing(left, timeout=PERSON_SECONDS).keys()
    return ()


def _instance_in(log: Sequence[LogEntry]) -> str | None:
    return next((one.activity_instance_id for one in log if one.activity_instance_id), None)


@contextmanager
def portal_of(settings: Settings, deadline: Deadline) -> Iterator[BitrixClient | Silence]:
    """A client of the portal for a few short reads, or why it cannot be asked."""
    if unasked := portal_unasked(settings):
        yield Silence(unasked)
        return
    bitrix = settings.bitrix
    client = BitrixClient(
        bitrix.webhook_url,
        request_timeout=min(PORTAL_SECONDS, bitrix.request_timeout),
        limiter=Limiter(bitrix.limits.resolved(), comes_by=deadline.portal),
        route=bitrix.route,
    )
    with closing(client):
        yield client


def ask_portal(client: BitrixClient | Silence, number: int | None, external_task_id: str | None) -> PortalSays:
    """What the portal tells of a task. `number` None: it is looked for by the external task's marker."""
    if isinstance(client, Silence):
        return PortalSays(number, reason=client)
    try:
        if number is None and external_task_id:
            number = Tasks(client).look_up([marker_of(external_task_id)]).get(marker_of(external_task_id))
        if number is None:
            return PortalSays()
        states = TaskStates(client)
        read = states.states([number], FIELDS).all()
    except PortalError as error:
        return PortalSays(number, reason=silence_of(error))
    if not read:
        return PortalSays(number)
    return _with_answer(states, PortalSays(number, read[0], standings=_standings(client, read[0])))


def _standings(client: BitrixClient, state: TaskState) -> Mapping[int, Standing]:
    told = [state.fields.get(name) for name in PEOPLE]
    ids = [reading.whole(one, least=1) for value in told for one in (value if isinstance(value, list) else [value])]
    known = list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
    return Users(client).standings(known) if known else {}


def _with_answer(states: TaskStates, says: PortalSays) -> PortalSays:
    """The texts of the chosen options; their numbers where the portal does not tell the texts."""
    chosen = says.state.chosen if isinstance(says.state, TaskState) else ()
    try:
        texts = [states.answer_text(option) or without_none(option) for option in chosen]
        return replace(says, answer=", ".join(filter(None, texts)) or None)
    except PortalError as error:
        plain = ", ".join(filter(None, map(without_none, chosen)))
        why = NEVER_KEPT["no_answer_field"].format(option=plain, reason=silence_of(error).whole)
        return replace(says, answer=plain or None, answer_reason=why)


def ask_worker(
    settings: Settings,
    external_task_id: str,
    opened: LedgerReader | LedgerError,
    greeting: Greeting,
    *,
    instance: str | None = None,
    number: int | None = None,
) -> WorkerSays:
    """Whether a worker answers on this machine, which systems it has paused, and what it tells of this step.

    `opened`: the ledger, or why it could not be read: it may know of a worker elsewhere. `instance`, `number`: the
    step's process instance and its task, if known.
    """
    if not settings.http.port:
        return WorkerSays()
    pauses = None if greeting.hangs else pauses_of(settings)
    told, known = (None, None) if pauses is None else (warnings_of(settings), incidents_of(settings))
    held, unconcluded = (told_in(told, event, external_task_id) for event in (HELD, "waiting.not_concluded"))
    incident = listed_in(known, "shown", externalTask=external_task_id)
    seen = {
        "held": held,
        "suspended": listed_in(known, "suspended", processInstanceId=instance) if instance else None,
        "dismissed": listed_in(known, "dismissed", portalTask=number) if number else None,
    }
    says = WorkerSays(
        answers=pauses is not None,
        address=place_of(settings.http),
        other_settings=greeting.other_settings(settings),
        pauses=pauses or (),
        held=_text(held, "message"),
        unconcluded=_text(unconcluded, "message"),
        creates=creates_in(known),
        incident=_text(incident, "reason"),
        since={name: at for name, one in seen.items() if one and (at := portal_time(one.get("since")))},
    )
    return _silent(says, settings, opened) if pauses is None else says


def _silent(says: WorkerSays, settings: Settings, opened: LedgerReader | LedgerError) -> WorkerSays:
    """With why no worker of these settings answers, as far as anybody knows."""
    says = replace(says, of_another=other_ledger(settings), elsewhere=elsewhere(settings, opened))
    return says if says.silent != "no_worker" else replace(says, no_start=start_fault(settings, opened))


def _text(row: Mapping[str, Any] | None, name: str) -> str | None:
    return (str(row.get(name) or "") or None) if row else None


def engine_unasked(settings: Settings) -> Phrase:
    """Why the engine cannot be asked: a file is at fault, or its address is not set. Empty: it can be."""
    return settings.origin.unread_of("camunda") or (NOTHING if settings.engine else _not_set("CAMUNDA_BASE_URL"))


def portal_unasked(settings: Settings) -> Phrase:
    """The same for the portal."""
    return settings.origin.unread_of("bitrix") or (NOTHING if settings.portal else _not_set("BITRIX_WEBHOOK_URL"))


def _not_set(setting: str) -> Phrase:
    """That nobody has set it, and whether the folder's `.env` would help."""
    return joined("", [FRAME["not_set"].format(setting=setting), where_unread(setting, Path())])
