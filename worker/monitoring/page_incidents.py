"""The steps and processes that need a person's decision, as page, `status` and `/incidents` show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from worker.engine.incidents import Incident, Stuck
from worker.monitoring.incidents import MOST_SHOWN, Incidents
from worker.monitoring.page_groups import clustered
from worker.monitoring.page_model import About, Group, Item
from worker.words.incident_words import WORDS
from worker.words.page import WORDS as OF_THE_PAGE, span
from worker.words.phrase import Language, filled, table_in

INCIDENTS = "/incidents"
"""The path at which the running worker serves them to `status`."""
NAME = "incidents"
STUCK = "stuck"
ON_PAGE = 30
"""`status` and `/incidents` show all that are known."""


def groups_of(found: Incidents, at: float, about: About, language: Language) -> Iterator[Group]:
    """Those of which there are any, the newest first. `at`: the current moment, in seconds since the epoch."""
    for name, some, count in ((NAME, found.shown, found.count), (STUCK, found.stuck or (), len(found.stuck or ()))):
        if count:
            yield _group(name, [_item(one, at, about, language) for one in some[:ON_PAGE]], count, language)


def _group(name: str, items: Sequence[Item], count: int, language: Language) -> Group:
    words = table_in(language, WORDS)
    left = count - len(items)
    more = OF_THE_PAGE["and_more"].in_(language).format(count=left) if left > 0 else ""
    return Group(name, words[name], count, words[f"{name}_hint"], clustered(items), more)


def not_known(found: Incidents, language: Language) -> str:
    """Since when nothing is known of them, or what is not; empty if all is known."""
    words = table_in(language, WORDS)
    if not found.asked:
        return ""
    why = found.why.in_(language)
    if found.unknown_since is None:
        if found.stuck is None:
            return filled(words["stuck_unknown"] + ".", {"why": why})
        return f"{found.callers_unknown.in_(language)}." if found.callers_unknown else ""
    since = datetime.fromtimestamp(found.unknown_since).astimezone().strftime("%d.%m %H:%M:%S")
    told = filled(words["unknown"] + ".", {"since": since, "why": why})
    return f"{told} {words['before']}." if found.count else told


def _item(one: Incident | Stuck, at: float, about: About, language: Language) -> Item:
    words = table_in(language, WORDS)
    id_, topic = (one.external_task_id, one.topic) if isinstance(one, Incident) else (one.process_instance_id or "", "")
    facts = (step_of(one), one.process_definition_key or "", one.business_key or "", topic)
    number = one.portal_task_id
    return Item(
        facts=facts,
        number=number,
        url="" if number is None else about.task_url(number),
        since=words["no_time"] if one.since is None else span(at - one.since, language),
        reason=one.reason or words["no_reason"],
        link=one.cockpit_url or "",
        id=id_,
    )


def step_of(one: Incident | Stuck) -> str:
    """The step's name, otherwise its id."""
    return one.step_name or one.activity_id or ""


AS_DATA = {"count", "asked", "unknown_since", "reason", "topics", "shown", "stuck"}
"""The names of `as_data`."""


def as_data(found: Incidents, language: Language) -> dict[str, Any]:
    """The same for programs; times in UTC. `count` None: it is not known, and `shown` is what was known before.

    `asked` False: the worker has just started, and has not asked the engine yet. `stuck`: the processes that the engine
    itself could not go on with; its `count` is None too if they are not known. `callers_unknown`: of how many others
    nobody knows whether they called one with a step of ours, and why. `reason`: why one of both is not known.
    """
    stuck = found.stuck or ()
    return {
        "count": found.count if found.known else None,
        "asked": found.asked,
        "unknown_since": _time(found.unknown_since),
        "reason": found.why.in_(language) or None,
        "topics": dict(found.by_topic),
        "shown": [_data(one) for one in found.shown],
        "stuck": {
            "count": len(stuck) if found.known and found.stuck is not None else None,
            "shown": [_facts(one) | {"kind": one.kind} for one in stuck[:MOST_SHOWN]],
            "callers_unknown": found.callers_unknown.in_(language) or None,
        },
    }


def _data(one: Incident) -> dict[str, Any]:
    return {"externalTask": one.external_task_id, "topic": one.topic, "tenant": one.tenant} | _facts(one)


def _facts(one: Incident | Stuck) -> dict[str, Any]:
    return {
        "activity": one.activity_id,
        "step": one.step_name,
        "processInstanceId": one.process_instance_id,
        "processDefinitionKey": one.process_definition_key,
        "businessKey": one.business_key,
        "since": _time(one.since),
        "reason": one.reason,
        "portalTask": one.portal_task_id,
        "cockpit": one.cockpit_url,
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
