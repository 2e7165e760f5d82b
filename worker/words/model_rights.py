"""How to let the worker read a model: which right on which resource the engine's user lacks."""

from __future__ import annotations

from bitrix.causes import Cause
from worker.words.causes import cure_of
from worker.words.faults import Language

_RIGHT_RU = (
    "В Camunda (Admin → Authorizations → Process Definition) дайте пользователю воркера READ на ресурс {key} (или *)"
)
_RIGHT_EN = (
    "In Camunda (Admin → Authorizations → Process Definition) grant the worker's user READ on the resource {key} (or *)"
)
_KEY_RU = "Проверьте ключ процесса и тенант; если они верны, у пользователя нет права. "
_KEY_EN = "Check the process key and the tenant; if both are right, the user lacks the right. "
_BPMN_RU = "Разверните модель {key} заново: движок отдаёт не BPMN"
_BPMN_EN = "Deploy the model {key} again: what the engine gives is no BPMN"


def key_of(definition_id: str) -> str:
    """The process key, which is the name of the resource."""
    return definition_id.partition(":")[0]


def right(key: str, language: Language, *, missing: bool = False) -> str:
    """The cure; `missing`: the engine says that there is no such process, as it does where it may not show one."""
    text = (_RIGHT_RU if language == "ru" else _RIGHT_EN).format(key=key)
    return (_KEY_RU if language == "ru" else _KEY_EN) + text if missing else text


def cure(definition_id: str, cause: str | None, language: Language) -> str:
    """What a person can do about a model that was not read; `cause` None: what was read is no model."""
    key = key_of(definition_id)
    if cause == Cause.ENGINE_RIGHTS:
        return right(key, language)
    if cause is None:
        return (_BPMN_RU if language == "ru" else _BPMN_EN).format(key=key)
    return cure_of(cause, "engine", language)
