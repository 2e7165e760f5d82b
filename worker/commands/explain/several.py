"""What `explain` prints of no step, or of several: those that need a person with their reason and cure, then a list."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from worker.commands.explain.events import quoted
from worker.commands.explain.records import EngineSays, Matter, ProcessSays
from worker.commands.explain.shown import Explained, data_of, data_with, lines_of_step, matter_data, moment, said_of
from worker.engine.step_life import TaskNow
from worker.ledger.seen import SeenTask
from worker.model import Stage
from worker.words.explain import FRAME
from worker.words.page import WORDS as OF_THE_PAGE
from worker.words.phrase import Language, Phrase, table_in

MOST_CANDIDATES = 20
DASH = "–"
STATES = {"creating", "created", "waiting", "settled", "rejected", "superseded"}
OF_ALL_STEPS = ("stuck", "hangs", "suspended", "sync_parked", "held_up", "held_up_part")
"""Matters that all steps of a process instance have at once."""
Candidate = SeenTask | TaskNow | str | ProcessSays


@dataclass(frozen=True, slots=True)
class NotFound:
    """No step, or several: `candidates` are rows of the ledger, tasks or ids at the engine, or process instances.

    `first`: those of them that need a person, explained.

    `reasons`: who could not be asked, and why. `made_at`: when the ledger was made, seconds since the epoch, if a step
    that it does not know may be older; None otherwise. `gone`: external tasks that the engine no longer shows.
    """

    asked: str
    candidates: Sequence[Candidate]
    cut: bool = False
    reasons: Sequence[Phrase] = ()
    made_at: float | None = None
    gone: Collection[str] = ()
    first: Sequence[Explained] = ()

    @property
    def not_known(self) -> list[Phrase]:
        """What may be the reason that nothing was found."""
        young = [] if self.made_at is None else [FRAME["young"].format(at=moment(self.made_at))]
        return [*self.reasons, *young]

    @property
    def unread(self) -> bool:
        """Whether somebody who could not be asked may know the step."""
        return bool(self.reasons)


def by_need(tasks: Sequence[SeenTask], gone: Collection[str]) -> list[SeenTask]:
    """The rows in the order in which they matter: incidents, creates of unknown outcome, other open ones, the rest."""
    return sorted(tasks, key=lambda one: _rank(one, gone))


def _rank(one: SeenTask, gone: Collection[str]) -> int:
    if one.external_task_id in gone or one.stage in (Stage.SETTLED, Stage.SUPERSEDED):
        return 3
    return 0 if one.incident else 1 if one.is_unclear(time.time()) else 2


def in_need(steps: Iterable[Explained]) -> Iterator[Explained]:
    """Those that need a person for a reason that none before them has told."""
    told = set[tuple[str | None, str]]()
    for one in steps:
        needs = [each for each in one.matters if each.kind == "needs"]
        if needs and not {_told_by(each, one) for each in needs} <= told:
            yield one
        told |= {_told_by(each, one) for each in needs} | {
            (one.facts["processInstanceId"], each.reason.en) for each in needs
        }


def _told_by(matter: Matter, of: Explained) -> tuple[str | None, str]:
    """What tells it from others: the step, or the process instance if it is one of all its steps."""
    instance = of.facts["processInstanceId"]
    if matter.name == "elsewhere_failed":
        return instance, matter.reason.en
    return (instance, matter.text.en) if matter.name in OF_ALL_STEPS else (of.external_task_id, matter.name)


# --- for programs ---


def as_data(found: Explained | NotFound, language: Language) -> dict[str, Any]:
    """All that was found, always under the same names."""
    if isinstance(found, Explained):
        return data_of(found, language)
    empty = Explained(found.asked, "", None, EngineSays(), None, None, None, (), (), found.not_known)
    matters = {one.external_task_id: [matter_data(each, language) for each in one.matters] for one in found.first}
    some = [_candidate(one) for one in found.candidates[:MOST_CANDIDATES]]
    return data_with(empty, dict.fromkeys(empty.facts), language) | {
        "found": False,
        "candidates": [one | {"matters": matters.get(one["externalTask"], [])} for one in some],
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(
        ("externalTask", "stage", "step", "processDefinitionKey", "processInstanceId", "businessKey", "portalTask")
    )
    if isinstance(one, str):
        return known | {"externalTask": one}
    if isinstance(one, ProcessSays):
        key, business_key = (one.kept.definition_key, one.kept.business_key) if one.kept else (None, None)
        return known | {"processInstanceId": one.id, "processDefinitionKey": key, "businessKey": business_key}
    known |= {
        "externalTask": one.external_task_id,
        "step": one.activity_id,
        "processDefinitionKey": one.process_definition_key,
        "processInstanceId": one.process_instance_id,
        "businessKey": one.business_key,
    }
    if isinstance(one, TaskNow):
        return known
    step = one.activity_name or one.activity_id
    return known | {"stage": one.stage, "step": step, "portalTask": one.portal_task_id}


# --- for people ---


def lines_of(found: Explained | NotFound, language: Language) -> Iterator[str]:
    """The lines to print; the first one says what is the matter."""
    return _not_found(found, language) if isinstance(found, NotFound) else lines_of_step(found, language)


def _not_found(found: NotFound, language: Language) -> Iterator[str]:
    words, asked = table_in(language, FRAME), quoted(found.asked)
    count = f"{len(found.candidates)}{'+' if found.cut else ''}"
    for step in found.first:
        yield from said_of(step, language)
        yield ""
    name = "many" if found.candidates else "none_heard" if found.reasons else "none"
    yield words[name].format(asked=asked, count=count)
    for one in found.candidates[:MOST_CANDIDATES]:
        yield _candidate_line(one, found.gone, language)
    if len(found.candidates) > MOST_CANDIDATES or found.cut:
        yield f"  {words['more']}"
    yield from (reason.in_(language) for reason in found.not_known)


def _candidate_line(one: Candidate, gone: Collection[str], language: Language) -> str:
    if isinstance(one, str):
        return f"  {quoted(one)}"
    if isinstance(one, ProcessSays):
        return FRAME["instance_of"].in_(language).format(instance=quoted(one.id))
    known = _candidate(one)
    facts = {
        "process": known["processDefinitionKey"],
        "key": known["businessKey"],
        "task": known["portalTask"],
        "instance": known["processInstanceId"],
    }
    return (
        FRAME["candidate"]
        .in_(language)
        .format(
            id=quoted(one.external_task_id),
            state=_state_of(one, gone).in_(language),
            step=quoted(known["step"] or one.topic or DASH),
            **{name: quoted(str(value or DASH)) for name, value in facts.items()},
        )
    )


def _state_of(one: SeenTask | TaskNow, gone: Collection[str]) -> Phrase:
    if isinstance(one, TaskNow):
        return OF_THE_PAGE["incident"] if one.retries == 0 else FRAME["at_engine"]
    if one.external_task_id in gone:
        return FRAME["gone"]
    if one.is_unclear(time.time()):
        return OF_THE_PAGE["doubted"]
    return OF_THE_PAGE["incident" if one.incident else one.stage if one.stage in STATES else "created"]
