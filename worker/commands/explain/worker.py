"""What the running worker says that concerns one step: that it holds the step, or pauses what the step needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from worker.commands.explain.events import portal_time, quoted
from worker.commands.explain.matter import matter_of
from worker.commands.explain.records import Kind, Matter, Told
from worker.words.codes import SLOW, PartName, SideName
from worker.words.explain_cures import CURES
from worker.words.pauses import restart_for
from worker.words.phrase import in_sentences, unchanged


def of_worker(told: Told) -> Iterator[Matter]:
    """What a running worker says of the step, or that none does."""
    name = told.worker.silent
    if name == "works_elsewhere":
        yield matter_of(name, "others", told.worker.place)
    elif name:
        why = told.worker.no_start
        cure = CURES["no_start"].format(why=why) if why else CURES[name]
        yield matter_of(name, "unsure", told.worker.place, cure=cure)
    if told.worker.held:
        since = told.worker.since.get("held")
        yield matter_of("held", "needs", since=since, reason=told.worker.held, cure=CURES["held"])
    for pause in sorted(told.worker.pauses, key=_order):
        if _concerns(str(pause.get("side") or ""), str(pause.get("part") or ""), told):
            yield _held_up(pause, waits=told.is_open)


def _order(pause: Mapping[str, Any]) -> int:
    """The place of its side in the order in which people are told; an unknown one comes last."""
    sides = [side.value for side in SideName]
    return sides.index(pause["side"]) if pause["side"] in sides else len(sides)


def _concerns(side: str, part: str, told: Told) -> bool:
    """Whether a pause of this part of the work, or of a whole side (part empty), holds this step up."""
    state, waits, life = told.portal.state, told.waits, told.life
    if side == "portal" and life and life.outcome:
        return False  # only the engine is to be told
    match part:
        case PartName.SYNCS:
            return bool(told.life and told.life.syncs)
        case PartName.GONE_TASKS:
            return waits and state is None
        case PartName.GONE_STEPS:
            return waits and told.engine.task is None
        case PartName.ANSWERS:
            return waits and (state is None or told.portal.is_closed)
        case PartName.LEFT_LOCKED | PartName.STRANGER_LOCKED:
            ours = part == PartName.LEFT_LOCKED or told.locked_by not in told.workers
            return life is None and (told.engine.task is None or bool(told.locked_by and ours and not told.left_by))
        case PartName.SLOW_PORTAL | PartName.SLOW_ENGINE:
            return not told.is_over and (not waits or told.portal.is_closed)
        case PartName.SLOW_LEDGER | PartName.MACHINE:
            return not told.is_over
        case PartName.CHANGES | PartName.CLOCK | PartName.NEW_LEDGER:
            return False
        case _:
            return True


def _held_up(pause: Mapping[str, Any], *, waits: bool) -> Matter:
    """A pause as the running worker tells it; another program may be listening at the address.

    `waits`: the step waits for a person, so a pause that passes is not why, unless it is the ledger's.
    """
    side, part, cause, cure = (str(pause.get(name) or "") for name in ("side", "part", "cause", "cure"))
    names = {name.value: name.phrase for name in (*SideName, *PartName)}
    slow = "slow_here" if part == PartName.MACHINE else "slow"
    name, what = (slow, side) if part in SLOW else ("held_up_part", part) if part else ("held_up", side)
    facts = {"what": names.get(what, unchanged(quoted(what)))}
    beside = waits and side != "ledger"  # without the ledger no answer is read either
    kind: Kind = "needs" if not pause.get("passes", True) else "goes_on" if beside or part in SLOW else "held"
    reason = str(pause.get("reason") or pause["text"])
    said = in_sentences(unchanged(quoted(cure)), restart_for(cure))
    found = matter_of(
        name, kind, facts, since=portal_time(pause["since"]), reason=reason, cause=cause or None, cure=said
    )
    return replace(found, side=side) if name == "held_up" and side in set(SideName) else found
