"""The life of one step as dated events: from the ledger, the engine and the portal, each with its own clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from bitrix import reading
from bitrix.task_states import CLOSED
from worker.commands.explain.records import EngineSays, Event, PortalSays, Where
from worker.engine.step_life import LogEntry
from worker.ledger.decisions import Decision
from worker.ledger.life import Life, SeenAct, SeenSync
from worker.model import ActState, Stage
from worker.words.explain_events import EVENTS, PIECES, STATUSES
from worker.words.phrase import NOTHING, Phrase, unchanged
from worker.words.printable import LONGEST_REASON, one_line
from worker.words.said_again import said_again

BEGIN = ("activity_started", "engine_created", "recorded", "portal_created")
END = (
    "portal_closed",
    "outcome_complete",
    "outcome_bpmn_error",
    "engine_completed",
    "activity_ended",
    "settled",
    "instance_ended",
)
MIDDLE = len(BEGIN)
RANKS = {name: rank for rank, name in enumerate((*BEGIN, "", *END))}
"""Causes before what they bring about; all other events between beginning and end."""


def events_of(life: Life | None, engine: EngineSays, portal: PortalSays) -> list[Event]:
    """All of them, the earliest first, within one second by cause; those without a date come last."""
    told = [*(_of_ledger(life) if life else ()), *_of_engine(engine), *_of_portal(portal)]
    return sorted(told, key=_place)


def _place(event: Event) -> tuple[float, int, float]:
    """The portal tells whole seconds: what it caused, and what caused it, may seem to come before or after it."""
    if event.at is None:
        return float("inf"), 0, 0.0
    return event.at // 1, RANKS.get(event.name, MIDDLE), event.at


# --- the ledger ---


def _of_ledger(life: Life) -> Iterator[Event]:
    task = life.task.portal_task_id
    found = life.attempts == 0 and task is not None
    yield _event(life.first_at, "ledger", "adopted" if found else "recorded", task=task)
    yield from _of_stage(life)
    if absent := life.task.absent:
        yield _event(absent.since, "ledger", "worker_silent", worker=quoted(absent.worker))
    for act in life.acts:
        yield from _of_act(act)
    yield from _of_outcome(life)
    for sync in life.syncs:
        yield from _of_sync(sync)
    for decision in life.decisions:
        yield _of_decision(decision)


def _of_stage(life: Life) -> Iterator[Event]:
    at, task, attempts = life.changed_at, life.task.portal_task_id, life.attempts
    match life.task.stage:
        case Stage.CREATING if life.task.said:
            said = said_again(quoted(life.task.said), life.task.cause)
            yield _event(at, "ledger", "create_doubtful", attempts=attempts, said=said)
        case Stage.CREATING:
            yield _event(at, "ledger", "create_begun", attempts=attempts)
        case Stage.CREATED:
            yield _event(at, "ledger", "task_recorded", task=task)
        case Stage.WAITING:
            yield from _of_wait(life)
        case Stage.REJECTED:
            yield _event(at, "ledger", "rejected")
        case Stage.SETTLED:
            yield _event(at, "ledger", "settled")
        case Stage.SUPERSEDED:
            yield _event(at, "ledger", "superseded")


def _of_wait(life: Life) -> Iterator[Event]:
    at, since, task = life.changed_at, life.task.since, life.task.portal_task_id
    if since > life.first_at:
        yield _event(since, "ledger", "wait_begun", task=task)
    if at > since:
        yield _event(at, "ledger", "handed_out", task=task)


def _of_act(act: SeenAct) -> Iterator[Event]:
    if act.begun_at is not None:
        yield _event(act.begun_at, "ledger", "act_begun", act=act.kind)
    why = _why(act.last_error, act.last_cause)
    match act.state:
        case ActState.DUE:
            yield _event(act.changed_at, "ledger", "act_due", act=act.kind, why=why)
        case ActState.DONE:
            yield _event(act.changed_at, "ledger", "act_done", act=act.kind)
        case ActState.GIVEN_UP:
            yield _event(act.changed_at, "ledger", "act_given_up", act=act.kind, why=why)


def _of_outcome(life: Life) -> Iterator[Event]:
    outcome = life.outcome
    if outcome is None:
        return
    yield _event(outcome.since, "ledger", f"outcome_{outcome.kind}", why=_why(outcome.said))
    if outcome.last_error is not None:
        why = _why(outcome.last_error, outcome.last_cause)
        yield _event(None, "ledger", "outcome_refused", tries=outcome.tries, why=why)
        yield from _to_come(outcome.next_at, "outcome_next")


def _of_sync(sync: SeenSync) -> Iterator[Event]:
    about = {"id": sync.id, "tries": sync.tries, "why": _why(sync.last_error, sync.last_cause)}
    yield _event(sync.since, "ledger", "sync_owed", **about)
    if sync.state == "parked":
        yield _event(sync.tried_at, "ledger", "sync_parked", **about)
    elif sync.state == "started":
        yield _event(sync.tried_at, "ledger", "sync_started", **about)
    elif sync.last_error is not None:
        yield _event(sync.tried_at, "ledger", "sync_failed", **about)
        yield from _to_come(sync.next_at, "sync_next", **about)


def _to_come(at: float | None, name: str, **facts: object) -> Iterator[Event]:
    """What is due later; nothing of a time that has passed, as while a side is down."""
    if at is not None and at > time.time():
        yield _event(at, "ledger", name, **facts)


def _of_decision(one: Decision) -> Event:
    because = PIECES["because"].format(reason=quoted(one.reason)) if one.reason else PIECES["no_reason"]
    why = PIECES["parked_for"].format(reason=quoted(one.last_error)) if one.last_error else NOTHING
    about = {"id": one.sync_id, "worker": quoted(one.from_worker or ""), "because": because, "why": why}
    return _event(one.at, "ledger", one.decided.value, who=quoted(one.who), **about)


# --- the engine ---


def _of_engine(says: EngineSays) -> Iterator[Event]:
    if says.run:
        yield from _some(says.run.started, "activity_started")
        yield from _some(says.run.ended, "activity_canceled" if says.run.canceled else "activity_ended")
    for entry in says.log:
        yield _entry(entry)
    if says.process and (kept := says.process.kept) and kept.ended is not None:
        name = "instance_deleted" if kept.deleted else "instance_ended"
        yield _event(kept.ended, "engine", name, why=_why(kept.why))
    task = says.task
    if task and task.retries == 0:
        yield _event(says.incident_at, "engine", "incident", why=_why(task.error))
    elif task and task.worker_id and task.locked_until is not None:
        name = "locked_until" if task.locked_until > time.time() else "lock_ended"
        yield _event(task.locked_until, "engine", name, worker=quoted(task.worker_id))


def _some(at: float | None, name: str) -> Sequence[Event]:
    return () if at is None else [_event(at, "engine", name)]


def _entry(entry: LogEntry) -> Event:
    worker = quoted(entry.worker_id) if entry.worker_id else PIECES["somebody"]
    before = NOTHING if entry.retries is None else PIECES["left_before"].format(left=entry.retries)
    return _event(entry.at, "engine", f"engine_{entry.kind}", worker=worker, before=before, why=_why(entry.message))


# --- the portal ---


def _of_portal(says: PortalSays) -> Iterator[Event]:
    state = says.state
    if state is None:
        return
    status = STATUSES.get(state.status, unchanged(str(state.status)))
    created = portal_time(state.fields.get("CREATED_DATE"))
    yield _event(created, "portal", "portal_created", task=state.id)
    if state.group == "":
        yield _event(created, "portal", "portal_no_group", group=state.fields.get("GROUP_ID"))
    for person in says.not_shown:
        yield _event(created, "portal", "portal_no_person", person=person)
    if (deadline := portal_time(state.fields.get("DEADLINE"))) is not None:
        yield _event(deadline, "portal", "portal_deadline")
    if state.status in CLOSED:
        by = PIECES["by"].format(user=state.closed_by) if state.closed_by else NOTHING
        answer = PIECES["answer"].format(answer=quoted(says.answer)) if says.answer else NOTHING
        at = portal_time(state.closed_at)
        yield _event(at, "portal", "portal_closed", status=status, by=by, answer=answer)
    else:
        by = PIECES["responsible"].format(user=state.responsible) if state.responsible else NOTHING
        yield _event(time.time(), "portal", "portal_status", status=status, by=by)


def portal_time(value: object) -> float | None:
    """A time as the portal writes it, in seconds since the epoch; None: it is none."""
    try:
        told = datetime.fromisoformat(reading.text(value) or "")
    except ValueError:
        return None
    return None if told.tzinfo is None else told.timestamp()


def _event(at: float | None, where: Where, name: str, **facts: object) -> Event:
    return Event(at, where, name, EVENTS[name].format(**facts))


def left_of(retries: int | None) -> Phrase:
    """How many retries are left; nothing if that is unknown."""
    return NOTHING if retries is None else PIECES["left"].format(left=retries)


def _why(reason: str | None, cause: str | None = None) -> Phrase:
    return PIECES["why"].format(reason=said_again(quoted(reason), cause)) if reason else NOTHING


def quoted(text: str) -> str:
    """Somebody else's words on one line, without secrets."""
    return one_line(text, LONGEST_REASON)
