"""What `explain` prints: for a person first what is the matter and what to do, then the life; for programs as JSON."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.commands.explain.events import quoted
from worker.commands.explain.records import ORDER, TRIED_AGAIN, UNQUIET, EngineSays, Event, Kind, Matter
from worker.config.cockpit import instance_in
from worker.engine.incidents import Stuck
from worker.ledger.life import Life
from worker.words.explain import FRAME, HEADS
from worker.words.page import span
from worker.words.phrase import Language, Phrase, table_in

WIDTH = len("2026-03-01 10:00:00+03:00")


@dataclass(frozen=True, slots=True)
class Explained:
    """One step. `matters`: the most pressing first; `not_known`: what nobody could tell, and why."""

    asked: str
    external_task_id: str
    life: Life | None
    engine: EngineSays
    portal_task: int | None
    portal_url: str | None
    cockpit: str | None
    matters: Sequence[Matter]
    events: Sequence[Event]
    not_known: Sequence[Phrase]
    unread: bool = False
    """The ledger could not be read."""

    @property
    def not_heard(self) -> bool:
        """Whether a system that was asked did not answer."""
        return bool(self.unread or self.engine.reason or any(one.name == "portal_not_known" for one in self.matters))

    @property
    def kind(self) -> Kind | None:
        """How urgent its most pressing matter is; None: there is none."""
        return min((one.kind for one in self.matters), key=ORDER.index, default=None)

    @property
    def facts(self) -> dict[str, str | None]:
        """The names of the step, by their stable names; None: not known, or it has none."""
        row, task = self.life.task if self.life else None, self.engine.task
        run, process = self.engine.run, self.engine.process
        kept = process.kept if process else None
        moved = bool(row and task and task.activity_id and task.activity_id != row.activity_id)
        known = {
            "externalTask": self.external_task_id or None,
            "step": (row.activity_name if row and not moved else None) or (run.name if run else None),
            "activity": (task.activity_id if task else None) or (row.activity_id if row else None),
            "topic": row.topic if row else task.topic if task else None,
            "tenant": (row.tenant if row else task.tenant if task else None) or None,
            "processDefinitionKey": (task.process_definition_key if task else None)
            or (row.process_definition_key if row else None)
            or (kept.definition_key if kept else None),
            "processInstanceId": (row.process_instance_id if row else task.process_instance_id if task else None)
            or (process.id if process else None),
            "businessKey": (row.business_key if row else None)
            or (task.business_key if task else None)
            or (kept.business_key if kept else None),
        }
        instance = known["processInstanceId"]
        link = instance_in(self.cockpit, instance) if self.cockpit and instance else None
        return {name: value and quoted(value) for name, value in known.items()} | {"cockpit": link}

    @property
    def shell(self) -> str | None:
        """The variables of the commands of the page `model-faults`, as a line for a shell; None: nothing to correct."""
        task, anew, process = self.engine.task, self.engine.beginning, self.engine.process
        if process and (hangs := self.engine.hangs):
            return _assigned({"INSTANCE": process.id, "GATEWAY": hangs.activity_id})
        if not (task and task.retries == 0) and self.engine.stuck:
            return _assigned(_of_job(self.engine.stuck[0]))
        again = any(one.name in TRIED_AGAIN and one.reason for one in self.matters)
        if task is None or not (task.retries == 0 or self.engine.repeats or again) or self.matters[0].kind == "others":
            return None
        if caller := self.engine.faulty:
            known = {"INSTANCE": caller.instance, "OLD": caller.definition, "KEY": caller.key}
            return _assigned({"TASK": task.external_task_id} | known)
        return _assigned(
            {
                "TASK": task.external_task_id,
                "INSTANCE": task.process_instance_id,
                "EXECUTION": task.execution_id,
                "OLD": task.process_definition_id,
                "KEY": task.process_definition_key,
                "STEP": anew.activity_id if anew else None,
                "RUN": anew.activity_instance_id if anew else None,
                "AROUND": anew.around if anew else None,
            }
        )


def _of_job(stuck: Stuck) -> Mapping[str, str | None]:
    root = stuck.called or stuck
    known = {"JOB": root.job_id, "INSTANCE": root.process_instance_id, "OLD": root.process_definition_id}
    return known | {"KEY": root.process_key}


def _assigned(known: Mapping[str, str | None]) -> str:
    return " ".join(f"{name}={shlex.quote(quoted(value))}" for name, value in known.items() if value)


def moment(at: float, *, between: str = " ") -> str:
    """A time in this machine's zone, with its offset; the number of seconds if no calendar has it."""
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(sep=between, timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{at:.0f} s"


# --- for programs ---


def data_of(found: Explained, language: Language) -> dict[str, Any]:
    """All that was found, always under the same names; texts in this language, times in this machine's zone."""
    return data_with(found, found.facts, language)


def data_with(found: Explained, facts: Mapping[str, str | None], language: Language) -> dict[str, Any]:
    """The same with other names of the step."""
    life = found.life
    return {
        "asked": quoted(found.asked),
        "found": True,
        "kind": found.kind,
        **facts,
        "portalTask": found.portal_task,
        "portalTaskUrl": found.portal_url,
        "shell": found.shell,
        "stage": life.task.stage if life else None,
        "attempts": life.attempts if life else None,
        "matters": [matter_data(one, language) for one in found.matters],
        "events": [
            {"at": _iso(one.at), "where": one.where, "event": one.name, "text": one.text.in_(language)}
            for one in found.events
        ],
        "not_known": [one.in_(language) for one in found.not_known],
        "candidates": [],
    }


def matter_data(one: Matter, language: Language) -> dict[str, Any]:
    """A matter under its names."""
    return {
        "name": one.name,
        "kind": one.kind,
        "text": one.text.in_(language),
        "since": _iso(one.since),
        "reason": one.reason.in_(language) or None,
        "cause": one.cause,
        "cure": one.cure.in_(language) or None,
    }


def _iso(at: float | None) -> str | None:
    return None if at is None else moment(at, between="T")


# --- for people ---


def lines_of_step(found: Explained, language: Language) -> Iterator[str]:
    """The lines to print; the first one says what is the matter."""
    words = table_in(language, FRAME)
    yield from said_of(found, language)
    yield ""
    yield words["life"].format(zone=datetime.now().astimezone().tzname())
    yield from (f"  {line}" for line in _life(found.events, language))
    if found.not_known:
        yield words["unknown"]
        yield from (f"  {one.in_(language)}" for one in found.not_known)


def said_of(found: Explained, language: Language) -> Iterator[str]:
    """What is the matter, what to do, and the names of the step."""
    words = table_in(language, FRAME)
    first, *others = found.matters
    yield HEADS[first.kind].in_(language).format(what=first.text.in_(language))
    yield from _matter(first, language)
    if not any(one.cure or one.kind in UNQUIET for one in found.matters):
        yield words["cure"].format(cure=words["nothing"])
    if others:
        yield words["also"]
    for one in others:
        yield f"- {HEADS[one.kind].in_(language).format(what=one.text.in_(language))}"
        yield from (f"  {line}" for line in _matter(one, language))
    yield ""
    yield from _names(found, language)


def _matter(one: Matter, language: Language) -> Iterator[str]:
    words = table_in(language, FRAME)
    if one.since is not None:
        yield words["since"].format(since=moment(one.since), span=span(time.time() - one.since, language))
    if one.reason:
        yield words["reason"].format(reason=one.reason.in_(language))
    if one.cure:
        yield words["cure"].format(cure=one.cure.in_(language))


def _names(found: Explained, language: Language) -> Iterator[str]:
    words, facts = table_in(language, FRAME), found.facts
    step = facts["step"] or facts["activity"]
    if facts["step"] and facts["activity"] and facts["step"] != facts["activity"]:
        step = f"{facts['step']} ({facts['activity']})"
    task = f"{found.portal_task} {found.portal_url or ''}".rstrip() if found.portal_task else None
    shown = {
        "step": step,
        "process": facts["processDefinitionKey"],
        "business_key": facts["businessKey"],
        "portal_task": task,
        "external_task": facts["externalTask"],
        "instance": facts["processInstanceId"],
        "topic": facts["topic"],
        "tenant": facts["tenant"],
        "cockpit": facts["cockpit"],
        "shell": found.shell,
    }
    yield from (f"{words[name]}: {value}" for name, value in shown.items() if value)


def _life(events: Sequence[Event], language: Language) -> Iterator[str]:
    words, now = table_in(language, FRAME), time.time()
    longest = max(len(words[where]) for where in ("ledger", "engine", "portal"))
    for event in events:
        at = words["undated"].ljust(WIDTH) if event.at is None else moment(event.at)
        later = f" ({words['later']})" if event.at is not None and event.at > now + 1 else ""
        yield f"{at}  {words[event.where].ljust(longest)}  {event.text.in_(language)}{later}"
