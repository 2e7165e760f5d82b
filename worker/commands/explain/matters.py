"""What the matter with one step is, and what to do: what a person must know first comes first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from bitrix.task_states import CLOSED
from worker.commands.explain.events import left_of, portal_time, quoted
from worker.commands.explain.matter import Trouble, caused, matter_of
from worker.commands.explain.others import elsewhere, not_served
from worker.commands.explain.process import gone, of_process, without_step
from worker.commands.explain.records import CLOSED_HERE, ENDED, ORDER, UNQUIET, Kind, Matter, Told
from worker.commands.explain.worker import of_worker
from worker.engine.step_life import TaskNow
from worker.ledger.acts import SHOWN_SECONDS
from worker.ledger.life import Life, Outcome, SeenAct, SeenSync
from worker.ledger.seen import SeenTask
from worker.model import ActState, Stage
from worker.words.absent import CURE as ABSENT_CURE, said_of_absent, said_of_fetched
from worker.words.begun_creates import NOT_IN_HAND
from worker.words.causes import cure_left
from worker.words.codes import SideName
from worker.words.explain import FRAME, MATTERS
from worker.words.explain_cures import CURES
from worker.words.explain_events import PIECES
from worker.words.phrase import NOTHING, Phrase, in_sentences, unchanged

QUIET = frozenset(("waiting", "closed_unseen", "step_gone", "not_taken"))
"""Matters whose cure begins with `Nothing`."""


def matters_of(told: Told) -> list[Matter]:
    """What is the matter, the most pressing first; there is always one."""
    own, others = [*_of_engine(told), *not_served(told)], [*_of_row(told), *_of_syncs(told), *_of_acts(told)]
    others += [*_not_recorded(told), *_unknown(told)]
    open_ = bool(told.worker.held) or any(matter.kind not in CLOSED_HERE for matter in (*own, *others))
    found = [*own, *(of_worker(told) if open_ else ()), *others]
    return _agreed(_in_order(found))


def matters_without_step(told: Told) -> list[Matter]:
    """The same for a process instance in which no step is known."""
    found = [*of_process(told.engine), without_step(told.engine), *_unknown(told)]
    return sorted(found, key=lambda matter: ORDER.index(matter.kind))


def _in_order(matters: list[Matter]) -> list[Matter]:
    """The most pressing first; but no paused side comes after one that people are told of later.

    Whoever restarted the worker for that one would fail, or make it worse.
    """
    places, least = {id(one): _place(one) for one in matters}, len(ORDER)
    for side in reversed(SideName):
        for one in (one for one in matters if one.side == side):
            least = places[id(one)] = min(least, places[id(one)])
    return sorted(matters, key=lambda matter: places[id(matter)])


def _place(matter: Matter) -> int:
    """What is owed for a step goes on, but that its process instance was deleted comes first."""
    return ORDER.index("waits" if matter.name == "instance_deleted" else matter.kind)


def _agreed(matters: list[Matter]) -> list[Matter]:
    """Nobody is told to do nothing beside something to do."""
    if not any(matter.name not in QUIET and (matter.cure or matter.kind in UNQUIET) for matter in matters):
        return matters
    return [replace(matter, cure=NOTHING) if matter.name in QUIET else matter for matter in matters]


def _of_engine(told: Told) -> Iterator[Matter]:
    task, life = told.engine.task, told.life
    known, failure = not told.engine.reason, told.engine.failure
    if (task and task.retries == 0 and not told.is_strange) or (life and life.task.incident and not known):
        since = told.engine.incident_at if known else life.changed_at if life else None
        yield matter_of("incident", "needs", since=since, reason=failure, cure=CURES["incident"])
    yield from of_process(told.engine)
    if task and task.suspended:
        yield matter_of("suspended", "needs", since=told.worker.since.get("suspended"), cure=CURES["suspended"])


def _not_recorded(told: Told) -> Iterator[Matter]:
    """A step without a row. Whether a worker runs that would take it is asked before a person is."""
    task = told.engine.task
    if not told.is_unrecorded or told.is_strange or told.worker.held:
        return
    if task and task.locked_until and (left := told.left_by):
        said = said_of_fetched(left.worker, left.beat_at, task.locked_until)
        yield Matter("fetched_left", "held", said, left.beat_at, cure=ABSENT_CURE.format(worker=quoted(left.worker)))
        return
    topic = quoted(task.topic) if task and task.topic else FRAME["of_the_step"]
    if task is None or told.worker.answers is None:
        kind: Kind = "needs" if task else "unsure"
        cure = CURES["not_recorded"].format(topic=topic)
        yield matter_of("not_recorded", kind, since=told.engine.began, cure=cure)
    elif told.served.step(task.topic, task.tenant):
        yield matter_of("not_taken", "goes_on", {"lock": _lock_of(task, told.when)}, cure=CURES["not_taken"])


def _lock_of(task: TaskNow, when: Callable[[float], str]) -> Phrase:
    until = task.locked_until
    if not task.worker_id or until is None or until <= time.time():
        return NOTHING
    return PIECES["lock"].format(worker=quoted(task.worker_id), until=when(until))


def _of_syncs(told: Told) -> Iterator[Matter]:
    for sync in told.life.syncs if told.life else ():
        yield _of_sync(sync, told.when, works=told.works("portal"))


def _of_sync(sync: SeenSync, when: Callable[[float], str], *, works: bool) -> Matter:
    facts = {"id": sync.id, "tries": sync.tries}
    since, reason, cause = sync.since, sync.last_error, sync.last_cause
    if sync.state == "parked":
        cure = in_sentences(cure_left(cause, "portal", works=works), CURES["sync_parked"].format(id=sync.id))
        return matter_of("sync_parked", "needs", facts, since=since, reason=reason, cause=cause, cure=cure)
    if reason is None:
        return matter_of("sync_owed", "goes_on", facts, since=since)
    again = CURES["sync_late"].format(next=_next(sync.next_at, when) if sync.next_at else FRAME["no_time"])
    return caused("sync_late", Trouble(since, reason, cause, "portal", works=works), facts, again)


def _of_row(told: Told) -> Iterator[Matter]:
    life = told.life
    if life is None:
        return
    task = life.task
    if life.outcome is not None:
        yield _of_outcome(life.outcome, told)
    elif task.stage in ENDED:
        yield from _of_end(told, life)
    elif told.is_gone:
        yield from _step_gone(told)
    elif task.stage is Stage.CREATING:
        yield from _of_create(told, life)
    elif task.stage is Stage.WAITING:
        yield _of_wait(told, life)
    elif task.stage in (Stage.CREATED, Stage.REJECTED) and not _is_incident(told, life):
        yield _of_retry(told, life)


def _of_retry(told: Told, life: Life) -> Matter:
    """The last try failed, and another follows. A reason may pass by itself: only a person can tell."""
    name = "retry" if life.task.stage is Stage.REJECTED else "handed_out_again"
    left, failure = told.engine.task.retries if told.engine.task else life.retries_left, told.engine.failure
    kind: Kind = "needs" if told.engine.repeats else "goes_on"
    cure = CURES["repeats"] if told.engine.repeats else CURES["may_repeat"] if failure else NOTHING
    facts = _task(life) | {"left": left_of(left)}
    return matter_of(name, kind, facts, since=life.changed_at, reason=failure, cure=cure)


def _of_create(told: Told, life: Life) -> Iterator[Matter]:
    task, since = life.task, life.changed_at
    taken = _taken_by(told, life)
    if task.absent and not taken:
        cure = ABSENT_CURE.format(worker=quoted(task.absent.worker))
        yield Matter("creating_left", "held", said_of_absent(*task.absent), since, cure=cure)
    elif task.said is None and taken:
        yield matter_of("taken_over", "goes_on", {"worker": quoted(taken)}, since=since)
    elif task.said is None:
        yield matter_of("creating", "goes_on", {"now": _waits_for(told, task)}, since=since)
    if task.said is not None:
        trouble = Trouble(since, task.said, task.cause, "portal", works=told.works("portal"), again=False)
        yield caused("doubt", trouble, {"now": _waits_for(told, task)})


def _waits_for(told: Told, task: SeenTask) -> Phrase:
    """What a create that was begun waits for, as far as the worker was heard."""
    if not told.worker.answers:
        return NOTHING
    said = told.worker.creates.get(task.external_task_id)
    return PIECES["now"].format(said=NOT_IN_HAND if said is None else quoted(said))


def _taken_by(told: Told, life: Life) -> str | None:
    """The worker that has locked the step since the one which began its create fell silent."""
    absent = life.task.absent
    return told.locked_by if absent and told.locked_by != absent.worker else None


def _of_end(told: Told, life: Life) -> Iterator[Matter]:
    """Where its process is instead, and the end of the step, unless the engine says otherwise.

    Of a process that is stuck only that matters.
    """
    stage = life.task.stage
    if stage is Stage.SETTLED and told.engine.task:
        yield matter_of("settled_in_vain", "goes_on", since=life.changed_at)
        return
    yield from elsewhere(told)
    holder = told.engine.task.worker_id if told.engine.task else None
    by = PIECES["holder"].format(worker=quoted(holder)) if holder else NOTHING
    is_open = told.portal.state is not None and told.portal.state.status not in CLOSED
    left = is_open and stage is Stage.SUPERSEDED
    unheard = left or (is_open and life.task.gone)
    cure: Phrase = CURES["still_open" if holder else "left_open"].format(**_task(life)) if unheard else NOTHING
    kind: Kind = "over" if not left else "others" if holder else "needs"
    if stage is Stage.SUPERSEDED or not told.engine.stuck:
        yield matter_of(_ended_as(told, life), kind, {"by": by}, since=life.changed_at, cure=cure)
    yield from gone(told.engine)


def _ended_as(told: Told, life: Life) -> str:
    """The name of the matter. A step that is left by a BPMN error of ours counts as cancelled in the engine too."""
    if not life.task.gone or life.task.stage is not Stage.SETTLED:
        return life.task.stage.value
    return "cancelled" if told.engine.run and told.engine.run.canceled else "gone"


def _is_incident(told: Told, life: Life) -> bool:
    return told.engine.task.retries == 0 if told.engine.task else life.task.incident


def _task(life: Life) -> dict[str, object]:
    return {"task": life.task.portal_task_id}


def _of_outcome(outcome: Outcome, told: Told) -> Matter:
    if outcome.last_error is None and outcome.next_at > time.time():
        facts = {"next": _next(outcome.next_at, told.when)}
        cure = CURES["failure_later"] if outcome.kind == "failure" else NOTHING
        return matter_of("outcome_later", "goes_on", facts, since=outcome.since, reason=outcome.said, cure=cure)
    if outcome.last_error is None:
        return matter_of("outcome_owed", "goes_on", since=outcome.since)
    again = CURES["outcome_refused"].format(next=_next(outcome.next_at, told.when))
    works = told.works("engine")
    trouble = Trouble(outcome.since, outcome.last_error, outcome.last_cause, "engine", works=works)
    return caused("outcome_refused", trouble, {"tries": outcome.tries}, again)


def _next(at: float, when: Callable[[float], str]) -> Phrase:
    """When it is tried next: a time that has passed says nothing, as while a side is down."""
    return unchanged(when(at)) if at > time.time() else FRAME["any_moment"]


def _of_wait(told: Told, life: Life) -> Matter:
    state, unheard = told.portal.state, told.portal.reason
    if state is None and not unheard:
        return matter_of("task_gone", "held", _task(life), cure=CURES["task_gone"])
    at = portal_time(state.closed_at) if state else None
    if told.portal.awaits_control:
        return matter_of("awaits_control", "waits", _task(life), since=at, cure=CURES["awaits_control"])
    if told.portal.is_closed:
        if told.engine.task and told.engine.task.suspended:
            return matter_of("closed_suspended", "held", _task(life), since=at)
        if reason := told.worker.unconcluded:
            return matter_of("unconcluded", "held", _task(life), since=at, reason=reason, cure=CURES["held"])
        return matter_of("closed_unseen", "goes_on", _task(life), since=at, cure=CURES["closed_unseen"])
    if told.portal.left_by is not None:
        facts = _task(life) | {"person": told.portal.left_by}
        return matter_of("dismissed", "needs", facts, since=told.worker.since.get("dismissed"), cure=CURES["dismissed"])
    waiting = matter_of("waiting", "waits", _task(life), since=life.task.since, cure=CURES["waiting"])
    return replace(waiting, text=MATTERS["waiting_unheard"].format(**_task(life))) if unheard else waiting


def _step_gone(told: Told) -> Iterator[Matter]:
    """Since the moment that the engine's history tells, if it does. Of a deleted instance all is said already."""
    if not told.engine.deleted:
        ended = told.engine.run.ended if told.engine.run else None
        yield matter_of("step_gone", "goes_on", since=ended, cure=CURES["step_gone"])


def _of_acts(told: Told) -> Iterator[Matter]:
    life = told.life
    for act in life.acts if life else ():
        yield from _of_act(act, life, works=told.works("portal")) if life else ()


def _of_act(act: SeenAct, life: Life, *, works: bool) -> Iterator[Matter]:
    facts, over = _task(life) | {"act": act.kind}, life.task.stage in ENDED
    if act.state is ActState.GIVEN_UP:
        lately = act.changed_at > time.time() - SHOWN_SECONDS  # as long as page and `status` show it
        kind: Kind = "needs" if lately else "over" if over else "goes_on"
        since, reason, cure = act.changed_at, act.last_error, CURES["act_given_up"]
        yield matter_of("act_given_up", kind, facts, since=since, reason=reason, cause=act.last_cause, cure=cure)
    elif act.state in (ActState.DUE, ActState.BEGUN) and not over:
        trouble = Trouble(act.changed_at, act.last_error or "", act.last_cause, "portal", works=works)
        yield caused("act_held_up", trouble, facts)


def _unknown(told: Told) -> Iterator[Matter]:
    """A system that was not heard may know of something that needs a person, unless all is decided without it."""
    for side, reason in told.unheard.items():
        if told.is_over or (side == "portal" and told.life and told.life.outcome):
            continue
        if reason:
            said = FRAME["not_known"].format(side=FRAME[side], reason=reason.said)
            yield Matter(f"{side}_not_known", "unsure", said, cure=reason.cure)
        elif side in told.late:
            yield Matter(f"{side}_not_known", "unsure", told.late[side])
