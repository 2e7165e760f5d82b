"""Tells a person how to let the worker read a model: which right on which resource the worker's user needs."""

from __future__ import annotations

from bitrix.causes import Cause
from worker.words.causes import cure_of
from worker.words.phrase import Phrase

RIGHT = Phrase(
    "В Camunda (Admin → Authorizations → Process Definition) дайте пользователю воркера право READ на ресурс "
    "{key} (или *)",
    "In Camunda (Admin → Authorizations → Process Definition) grant the worker's user READ on the resource {key} (or "
    "*)",
)
KEY = Phrase(
    "Проверьте ключ процесса и camunda.tenant_ids (ищут у названных там тенантов, без них — у всех), а в модели — что "
    "процесс исполняемый (isExecutable=true): другой движок не развёртывает. Если всё верно, не хватает права. ",
    "Check the process key and camunda.tenant_ids (only the tenants named there are looked at; without names, all), "
    "and in the model that the process is executable (isExecutable=true): the engine deploys no other. If all are "
    "correct, the user lacks a permission. ",
)
NO_BPMN = Phrase(
    "Разверните модель {key} заново: движок вернул не BPMN",
    "Deploy the model {key} again: the engine returned something other than BPMN",
)


def key_of(definition_id: str) -> str:
    """The process key of a definition id, which is the resource's name in Camunda's authorizations."""
    return definition_id.partition(":")[0]


def right(key: str, *, missing: bool = False) -> Phrase:
    """How to grant the right. `missing`: the engine knows no such process; without the right it may say the same."""
    text = RIGHT.format(key=key)
    return Phrase(KEY.ru + text.ru, KEY.en + text.en) if missing else text


def cure(definition_id: str, cause: str | None) -> Phrase:
    """How to fix a model that could not be read. `cause` None: the engine's answer was not BPMN."""
    key = key_of(definition_id)
    if cause == Cause.ENGINE_RIGHTS:
        return right(key)
    if cause is None:
        return NO_BPMN.format(key=key)
    return cure_of(cause, "engine")
