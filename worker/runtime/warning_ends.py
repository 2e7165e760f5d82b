"""Which events of the log say that the trouble of an earlier warning has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from worker.words.codes import PartName, SideName

OF_A_CREATE = frozenset(("task.not_sent", "task.doubtful", "task.failed", "task.incident", "task.lock_lost"))
OF_AN_OUTCOME = frozenset(
    (
        *("settlement.retry", "settlement.refused", "lock.not_extended", "lock.not_shortened"),
        *("waiting.suspended", "waiting.step_suspended"),
    )
)
PART_BEGINS: Mapping[PartName, str] = {
    PartName.FETCH: "fetch.refused",
    PartName.SYNCS: "sync.paused",
    PartName.GONE_TASKS: "waiting.many_tasks_gone",
    PartName.GONE_STEPS: "waiting.many_steps_gone",
    PartName.CHANGES: "waiting.changes_untold",
    PartName.CLOCK: "clock.jumped",
    PartName.NEW_LEDGER: "ledger.another_before",
    PartName.LEFT_LOCKED: "fetch.locked_unknown",
    PartName.STRANGER_LOCKED: "fetch.locked_by_stranger",
}
"""The warning with which the pause of a part begins."""

OF_A_SIDE: Mapping[str, SideName] = {
    "ledger.unavailable": SideName.LEDGER,
    "fetch.doubtful": SideName.ENGINE,
    "lookup.unproven": SideName.PORTAL,
}
"""Warnings that name no side: they are over once fetching is no longer paused for this one."""
ANOTHER_OUTCOME = ("task.failed", "task.incident", "task.superseded")
"""Warnings themselves: the step has failed, or another worker has it, in place of the outcome that was refused."""
PARTS_RESUME = ("part.resumed", "sync.resumed")


@dataclass(frozen=True, slots=True)
class _End:
    """`events`: the warnings that pass; `facts`: only those with the same values of these facts."""

    events: Collection[str]
    facts: Collection[str] = ()


ENDS: Mapping[str, _End] = {
    "fetch.resumed": _End(("fetch.paused", "fetch.still_paused", *OF_A_SIDE), ("side",)),
    "lock.extended": _End(("lock.not_extended",), ("task",)),
    "fetch.held": _End(("fetch.not_held",)),
    "log.written": _End(("log.dropped",)),
    "http.listening": _End(("http.unavailable",)),
    "worker.ready": _End(("ledger.preparing",)),
    "worker.unstuck": _End(("worker.stuck",), ("thread",)),
    **dict.fromkeys(("ledger.worker_back", "ledger.worker_relieved"), _End(("ledger.worker_silent",), ("worker",))),
    "task.fetched": _End(("task.incident",), ("task",)),
    "task.incident_over": _End(("task.incident", "task.failed"), ("task",)),
    "task.went_on": _End(("task.held",), ("task",)),
    "task.closed": _End(("waiting.not_concluded", "waiting.responsible_dismissed"), ("task",)),
    "waiting.step_activated": _End(("waiting.step_suspended",), ("task",)),
    "waiting.responsible_changed": _End(("waiting.responsible_dismissed",), ("task", "person")),
    "waiting.seen": _End(("waiting.not_seen",), ("look",)),
    "waiting.steps_seen": _End(("waiting.steps_not_seen",), ("look",)),
    "side.not_slow": _End(("side.slow",), ("side",)),
    "machine.not_busy": _End(("machine.busy",)),
    "backlog.seen": _End(("backlog.not_seen",)),
    "process.not_stuck": _End(("process.stuck", "process.hangs"), ("process_instance_id",)),
    "incidents.seen": _End(("incidents.not_seen",)),
    "topics.seen": _End(("topics.not_seen",)),
    "topics.not_waiting": _End(("topics.unserved",), ("topic",)),
    "topics.free": _End(("topics.locked_away",), ("topic",)),
    "tenants.known": _End(("tenants.unknown",)),
    "definition.read": _End(("definition.unread",), ("definition",)),
    "waiting.step_gone": _End(("task.lock_lost",), ("task",)),
    "act.done": _End(("act.doubtful",), ("portal_task", "act")),
    "ledger.decided": _End(("sync.parked",), ("id",)),
    "sync.accepted": _End(("sync.failed", "sync.retry_later", "sync.parked"), ("process_instance_id",)),
    **dict.fromkeys(ANOTHER_OUTCOME, _End(("settlement.retry", "settlement.refused"), ("task",))),
    **dict.fromkeys(("task.created", "task.adopted", "task.waiting"), _End(OF_A_CREATE, ("task",))),
    **dict.fromkeys(
        ("task.completed", "task.completed_unheard", "task.bpmn_error", "task.gone", "task.abandoned"),
        _End(OF_A_CREATE | OF_AN_OUTCOME, ("task",)),
    ),
}


def ended_by(event: str) -> Collection[str]:
    """The warnings of which this event may say that they have passed."""
    if event in PARTS_RESUME:
        return ("part.still_paused", *PART_BEGINS.values())
    end = ENDS.get(event)
    return end.events if end else ()


def passed_with(event: str, facts: Mapping[str, object], warning: str, told: Mapping[str, object]) -> bool:
    """Whether this event says that what the warning told has passed."""
    if event in PARTS_RESUME:
        part = facts.get("part", PartName.SYNCS)
        begins = isinstance(part, PartName) and PART_BEGINS.get(part) == warning
        return begins or (warning == "part.still_paused" and told.get("part") == part)
    end = ENDS.get(event)
    if end is None or warning not in end.events:
        return False
    return all(facts.get(fact) == OF_A_SIDE.get(warning, told.get(fact)) for fact in end.facts)
