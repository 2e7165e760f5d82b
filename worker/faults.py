"""What an incident says to a modeller when the fault is not in a field: by language, with the cure."""

from __future__ import annotations

from typing import Literal

Language = Literal["ru", "en"]

FAULTS: dict[str, dict[Language, str]] = {
    "expects_answer": {
        "ru": "Топик {topic}: шаг ждёт ответа (UF_RESULT_EXPECTED), а ожидание закрытия задачи этой версией не "
        "поддерживается. Завершить шаг сразу значило бы пропустить согласование без ответа. Уберите признак у шага "
        "или обслуживайте топик прежней установкой.",
        "en": "Topic {topic}: the step expects an answer (UF_RESULT_EXPECTED), and this version cannot wait for a task "
        "to be closed. Completing it at once would pass an unanswered approval. Remove the mark from the step, or "
        "leave the topic to the old installation.",
    },
    "no_answer": {
        "ru": "Топик {topic}: портал {attempts} раза не дал понятного ответа на создание задачи, и задачи на портале "
        "нет. Проверьте журнал портала; затем увеличьте число попыток в Cockpit.",
        "en": "Topic {topic}: the portal gave no clear answer to {attempts} creates, and there is no task on the "
        "portal. Look at the portal's log, then raise the retries in Cockpit.",
    },
    "rejected": {
        "ru": "Топик {topic}: портал отклонил поля задачи: {words} ({code}). Исправьте переменные процесса или "
        "шаблон топика; затем увеличьте число попыток в Cockpit.",
        "en": "Topic {topic}: the portal rejected the task's fields: {words} ({code}). Mend the process variables or "
        "the topic's template, then raise the retries in Cockpit.",
    },
    "refused": {
        "ru": "Топик {topic}: движок не принимает результат шага: {words}. Задача Битрикс24 создана и повторно "
        "создана не будет. Проверьте выходные параметры и следующие шаги модели; затем увеличьте число попыток.",
        "en": "Topic {topic}: the engine does not accept the step's result: {words}. The Bitrix24 task exists and will "
        "not be made again. Check the output parameters and the steps that follow, then raise the retries.",
    },
}


def fault_text(language: Language, name: str, **facts: object) -> str:
    """The text of one fault; KeyError for a name that is not in the catalogue."""
    return FAULTS[name][language].format(**facts)
