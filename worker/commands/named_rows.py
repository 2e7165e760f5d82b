"""How lines of `status` name a step or a process instance: by all that a person may know it by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.ledger.seen import SeenTask
from worker.words.phrase import Language, Phrase
from worker.words.printable import one_line

LONGEST = 300
NAMES: Mapping[str, Phrase] = {
    "processDefinitionKey": Phrase("процесс {}", "process {}"),
    "businessKey": Phrase("ключ {}", "key {}"),
    "portalTask": Phrase("задача Битрикс24 {}", "Bitrix24 task {}"),
}
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


def name_of(row: Mapping[str, Any], language: Language) -> str:
    """Step, process, business key, Bitrix24 task and id of a row, as far as it has them."""
    step = row.get("step") or row.get("activity")
    known = [phrase.in_(language).format(row[name]) for name, phrase in NAMES.items() if row.get(name)]
    ids = [phrase.in_(language).format(row[name]) for name, phrase in IDS.items() if row.get(name)]
    return one_line(", ".join([*([step] if step else []), *known, *ids[:1]]), LONGEST)
