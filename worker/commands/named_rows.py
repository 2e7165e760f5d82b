"""How lines of `status` name a step or a process instance: by all that a person may know it by."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from worker.ledger.peers import Silent
from worker.ledger.seen import SeenTask
from worker.words.absent import CURE as ABSENT_CURE, said_of_absent, said_of_silent
from worker.words.page import span
from worker.words.phrase import Language, Phrase
from worker.words.printable import one_line

LONGEST = 300
SINCE = Phrase("{time}, уже {span}", "{time}, for {span}")
AGO = Phrase("{time}, {span} назад", "{time}, {span} ago")
NAMES: Mapping[str, Phrase] = {
    "processDefinitionKey": Phrase("процесс {}", "process {}"),
    "businessKey": Phrase("ключ {}", "key {}"),
    "portalTask": Phrase("задача Битрикс24 {}", "Bitrix24 task {}"),
    "worker": Phrase("воркер {}", "worker {}"),
}
CALLED = Phrase(
    "стоит вызванный процесс {processDefinitionKey} у {activity} (экземпляр {processInstanceId})",
    "stuck in the called process {processDefinitionKey} at {activity} (instance {processInstanceId})",
)
IDS: Mapping[str, Phrase] = {
    "externalTask": Phrase("внешняя задача {}", "external task {}"),
    "processInstanceId": Phrase("экземпляр процесса {}", "process instance {}"),
}
"""What `explain` takes; the first that is known is shown."""


def named(task: SeenTask) -> dict[str, Any]:
    """The names of a task of the ledger, as `status --json` has them."""
    return {
        "externalTask": task.external_task_id,
        "topic": task.topic,
        "tenant": task.tenant,
        "activity": task.activity_id,
        "step": task.activity_name,
        "processInstanceId": task.process_instance_id,
        "processDefinitionKey": task.process_definition_key,
        "businessKey": task.business_key,
        "portalTask": task.portal_task_id,
    }


def left_of(task: SeenTask, language: Language) -> dict[str, str]:
    """What a row says more of a create whose worker has fallen silent: why it waits, and what to do."""
    if task.absent is None:
        return {}
    said, cure = said_of_absent(*task.absent, said=task.said), ABSENT_CURE.format(worker=task.absent.worker)
    return {"reason": said.in_(language), "cure": cure.in_(language)}


def silent_row(one: Silent, language: Language) -> dict[str, Any]:
    """The row of a worker of the ledger that has fallen silent: what it has left, and who goes on with that."""
    return {
        "kind": "silent",
        "worker": one.worker,
        "steps": one.steps,
        "since": datetime.fromtimestamp(one.beat_at, UTC).isoformat(timespec="seconds"),
        "reason": said_of_silent(one.beat_at, one.steps, one.until).in_(language),
        "cause": None,
        "cure": ABSENT_CURE.format(worker=one.worker).in_(language),
    }


def since_of(told: str, language: Language) -> str:
    """A time of `status --json` since which something lasts: in this machine's zone, as the pauses tell theirs."""
    return SINCE.in_(language).format(time=_minute(told), span=ago_of(told, language))


def at_of(told: str, language: Language) -> str:
    """A time of `status --json` at which something was, and how long ago."""
    return AGO.in_(language).format(time=_minute(told), span=ago_of(told, language))


def ago_of(told: str, language: Language) -> str:
    """How long ago such a time is."""
    return span(time.time() - datetime.fromisoformat(told).timestamp(), language)


def _minute(told: str) -> str:
    return f"{datetime.fromisoformat(told).astimezone():%Y-%m-%d %H:%M}"


def name_of(row: Mapping[str, Any], language: Language) -> str:
    """Step with its id in the model, process, business key, Bitrix24 task and id of a row, as far as it has them."""
    step, activity = row.get("step"), row.get("activity")
    step = f"{step} ({activity})" if step and activity else step or activity
    known = [phrase.in_(language).format(row[name]) for name, phrase in NAMES.items() if row.get(name)]
    if called := row.get("called"):
        known.insert(0, CALLED.in_(language).format_map({name: value or "?" for name, value in called.items()}))
    ids = [phrase.in_(language).format(row[name]) for name, phrase in IDS.items() if row.get(name)]
    return one_line(", ".join([*([step] if step else []), *known, *ids[:1]]), LONGEST)
