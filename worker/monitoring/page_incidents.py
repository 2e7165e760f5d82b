"""The steps and processes that need a person's decision, as page, `status` and `/incidents` show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from worker.engine.incidents import HANGS, Incident, Stuck
from worker.monitoring.alike import Reason, alike, spread
from worker.monitoring.incidents import MOST_SHOWN, Incidents, reason_of
from worker.monitoring.misspelt import Misspelt
from worker.monitoring.page_model import About, Cluster, Group, Item
from worker.monitoring.stuck import step_of as stuck_at
from worker.tasks.begun_creates import BegunCreate
from worker.words.incident_words import WORDS
from worker.words.page import span
from worker.words.phrase import Language, filled, table_in

INCIDENTS = "/incidents"
"""The path at which the running worker serves them to `status`."""
NAME = "incidents"
STUCK = "stuck"
SUSPENDED = "suspended"
DISMISSED = "dismissed"
TAKEN = "taken"
ELSEWHERE = "elsewhere"
IN_CONTROL = "in_control"
NONE_BEGUN: Mapping[str, BegunCreate] = {}
MISSPELT = "misspelt"
ON_PAGE = 30
"""`status` and `/incidents` show all that are known."""


def groups_of(found: Incidents, at: float, about: About, language: Language) -> Iterator[Group]:
    """Those of which there are any, by reason. `at`: the current moment, in seconds since the epoch."""
    words, stuck, misspelt = table_in(language, WORDS), found.stuck or (), found.misspelt or Misspelt()
    for name, some, count, unread in (
        (NAME, found.shown, found.count, found.unread),
        (STUCK, stuck, len(stuck), 0),
        (HANGS, _told(HANGS, found.hangs, language), len(found.hangs), 0),
        (SUSPENDED, _told(SUSPENDED, found.suspended, language), len(found.suspended), 0),
        (DISMISSED, _told(DISMISSED, found.dismissed, language), len(found.dismissed), 0),
        (TAKEN, _told(TAKEN, found.taken, language), len(found.taken), 0),
        (MISSPELT, _told(MISSPELT, misspelt.shown, language), misspelt.count, misspelt.unread),
    ):
        if count:
            clusters = list(_clusters(some, found.counted, lambda one: _item(one, at, about, language), words))
            others = count - unread - sum(one.count for one in clusters)
            yield Group(name, words[name], count, words[f"{name}_hint"], clusters, more_of(others, unread, words))


def waits_of(found: Incidents, at: float, about: About, language: Language) -> Iterator[Group]:
    """The groups of those that need nobody for sure: another worker has the step, or the task's creator is to accept.

    The other worker may wait for the same task.
    """
    words = table_in(language, WORDS)
    for name, some in ((IN_CONTROL, found.in_control), (ELSEWHERE, found.elsewhere)):
        told = _told(name, some, language)
        counted = Counter(map(reason_of, told))
        clusters = list(_clusters(told, counted, lambda one: _item(one, at, about, language), words))
        if told:
            yield Group(name, words[name], len(told), words[f"{name}_hint"], clusters, "")


def _told(name: str, met: Sequence[Stuck], language: Language) -> list[Stuck]:
    """With the reason in words: it is the worker's own."""
    usual = WORDS[f"{name}_reason"]
    whose = ((one, one.reason or "?", WORDS.get(f"{name}_{one.reason}_reason", usual)) for one in met)
    said = ((one, phrase.format(person=who, worker=who, topics=who)) for one, who, phrase in whose)
    return [replace(one, reason=phrase.in_(language)) for one, phrase in said]


def _clusters(
    found: Sequence[Incident | Stuck],
    counted: Mapping[Reason, int],
    item: Callable[[Incident | Stuck], Item],
    words: Mapping[str, str],
) -> Iterator[Cluster]:
    some = {id(one) for one in spread(found, reason_of, ON_PAGE)}
    for group in alike(found, reason_of, said_of, counted):
        items = [item(one) for one in group.shown if id(one) in some]
        left = group.count - len(items)
        if items:
            more = words["more_alike"].format(count=left) if left else ""
            yield Cluster(group.said or words["no_reason"], "", items, group.count, more)


def more_of(others: int, unread: int, words: Mapping[str, str]) -> str:
    """How many are shown under no reason: too many reasons, or not read; empty if there are none."""
    left = {"more_others": others, "more_unread": unread}
    return "; ".join(words[name].format(count=count) for name, count in left.items() if count > 0)


def said_of(one: Incident | Stuck) -> str:
    return one.reason or ""


def not_known(found: Incidents, language: Language) -> str:
    """Since when nothing is known of them, or what is not; empty if all is known."""
    words = table_in(language, WORDS)
    if not found.asked:
        return ""
    why = found.why.in_(language)
    if found.unknown_since is None:
        return filled(words["stuck_unknown"] + ".", {"why": why}) if found.stuck is None else ""
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
    """The step's name, otherwise its id; of a stuck process, also the place in one that it called."""
    return one.step_name or one.activity_id or "" if isinstance(one, Incident) else stuck_at(one)


AS_DATA = {
    *("count", "asked", "unknown_since", "reason", "topics", "shown", "groups", "unread"),
    *(STUCK, HANGS, SUSPENDED, DISMISSED, TAKEN, ELSEWHERE, IN_CONTROL, MISSPELT, "missing", "creates"),
}
"""The names of `as_data`."""


def as_data(found: Incidents, language: Language, creates: Mapping[str, BegunCreate] = NONE_BEGUN) -> dict[str, Any]:
    """The same for programs; times in UTC. `count` None: it is not known, and `shown` is what was known before.

    `asked` False: the worker has just started, and has not asked the engine yet. `group` of one shown: its place in
    `groups`; `unread`: how many are in none. `stuck`: the processes that the engine itself could not go on with; its
    `count` is None too if they are not known. `callers_unknown`: of how many others nobody knows whether they called
    one with a step of ours, or wait for ever, and why. `hangs`: processes that wait at a gateway for branches that do
    not come. `reason`: why one of both is not known. `suspended`: steps whose processes
    are suspended. `dismissed`: open tasks whose responsible persons were dismissed; `taken`: whose steps another worker
    took and that are over; `elsewhere`: whose steps another worker has; `in_control`: steps whose tasks await their
    creator's control. `misspelt`: steps under topics that are
    probably misspelt; its `count` None: not known. `missing`: tasks that the portal has not shown once. `creates`: what
    each create in hand waits for.
    """
    stuck = found.stuck or ()
    met = {HANGS: found.hangs, SUSPENDED: found.suspended, DISMISSED: found.dismissed}
    met |= {TAKEN: found.taken, ELSEWHERE: found.elsewhere, IN_CONTROL: found.in_control}
    return {
        "count": found.count if found.known else None,
        "asked": found.asked,
        "unknown_since": _time(found.unknown_since),
        "reason": found.why.in_(language) or None,
        "topics": dict(found.by_topic),
        **_listed([(one, _data(one)) for one in found.shown], found.counted),
        "unread": found.unread,
        "stuck": {
            "count": len(stuck) if found.known and found.stuck is not None else None,
            **_processes(stuck),
            "callers_unknown": found.callers_unknown.in_(language) or None,
        },
        **{name: {"count": len(some), **_processes(_told(name, some, language))} for name, some in met.items()},
        MISSPELT: _misspelt(found.misspelt, language),
        "missing": {"count": len(found.missing), "tasks": list(found.missing[:MOST_SHOWN])},
        "creates": {id_: create.said.in_(language) for id_, create in creates.items()},
    }


def _misspelt(found: Misspelt | None, language: Language) -> dict[str, Any]:
    some = found or Misspelt()
    count = found and found.count
    return {"count": count, **_processes(_told(MISSPELT, some.shown, language)), "unread": some.unread}


def _processes(found: Sequence[Stuck]) -> dict[str, list[dict[str, Any]]]:
    some = spread(found, reason_of, MOST_SHOWN)
    return _listed([(one, _facts(one) | _of_stuck(one)) for one in some], Counter(map(reason_of, found)))


def _listed(
    shown: Sequence[tuple[Incident | Stuck, dict[str, Any]]], counted: Mapping[Reason, int]
) -> dict[str, list[dict[str, Any]]]:
    groups = alike([one for one, _ in shown], reason_of, said_of, counted)
    place = {id(one): number for number, group in enumerate(groups) for one in group.shown}
    return {
        "shown": [data | {"group": place[id(one)]} for one, data in shown],
        "groups": [{"count": group.count, "reason": group.said or None} for group in groups],
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


def _of_stuck(one: Stuck) -> dict[str, Any]:
    there = one.called
    called = there and {
        "activity": there.activity_id,
        "processDefinitionKey": there.process_key,
        "processInstanceId": there.process_instance_id,
    }
    return {"kind": one.kind, "called": called}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
