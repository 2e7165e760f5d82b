"""How to let the worker read a model: which right on which resource the engine's user lacks."""

from __future__ import annotations

from bitrix.causes import Cause
from worker.words.causes import cure_of
from worker.words.phrase import Phrase

RIGHT = Phrase(
    "В Camunda (Admin → Authorizations → Process Definition) дайте пользователю воркера READ на ресурс {key} (или *)",
    "In Camunda (Admin → Authorizations → Process Definition) grant the worker's user READ on the resource {key} (or "
    "*)",
)
KEY = Phrase(
    "Проверьте ключ процесса и тенант; если они верны, у пользователя нет права. ",
    "Check the process key and the tenant; if both are right, the user lacks the right. ",
)
NO_BPMN = Phrase(
    "Разверните модель {key} заново: движок отдаёт не BPMN",
    "Deploy the model {key} again: what the engine gives is no BPMN",
)


def key_of(definition_id: str) -> str:
    """The process key, which is the name of the resource."""
    return definition_id.partition(":")[0]


def right(key: str, *, missing: bool = False) -> Phrase:
    """The cure; `missing`: the engine says that there is no such process, as it does where it may not show one."""
    text = RIGHT.format(key=key)
    return Phrase(KEY.ru + text.ru, KEY.en + text.en) if missing else text


def cure(definition_id: str, cause: str | None) -> Phrase:
    """What a person can do about a model that was not read; `cause` None: what was read is no model."""
    key = key_of(definition_id)
    if cause == Cause.ENGINE_RIGHTS:
        return right(key)
    if cause is None:
        return NO_BPMN.format(key=key)
    return cure_of(cause, "engine")
