"""What is said of steps that need a person's decision: page, `status` and check."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.phrase import Phrase

WORDS: Mapping[str, Phrase] = {
    "title": Phrase("Ждут решения", "Need a decision"),
    "hint": Phrase(
        "Попытки этих шагов кончились: движок никому их не выдаст. Устраните причину и увеличьте число попыток "
        f"в Cockpit. Что было с шагом: {PROGRAM} explain ID.",
        "These steps have no retries left: the engine hands them out to nobody. Fix the cause, then raise the retries "
        f"in Cockpit. What happened to a step: {PROGRAM} explain ID.",
    ),
    "but_unknown": Phrase(
        "Работает, но неизвестно, ждут ли шаги решения", "Working, but it is not known whether steps need a decision"
    ),
    "unknown": Phrase(
        "Сколько шагов ждёт решения, неизвестно с {since}: движок не ответил.",
        "How many steps need a decision is not known since {since}: the engine did not answer.",
    ),
    "before": Phrase("Показано то, что он сообщил тогда.", "What it told then is shown."),
    "no_reason": Phrase("причина не названа", "no reason was given"),
    "no_time": Phrase("время неизвестно", "time unknown"),
    "row": Phrase(
        "ждёт решения с {since}: {facts}: {reason}{task}{link}",
        "needs a decision since {since}: {facts}: {reason}{task}{link}",
    ),
    "processDefinitionKey": Phrase("процесс {processDefinitionKey}", "process {processDefinitionKey}"),
    "businessKey": Phrase("ключ {businessKey}", "key {businessKey}"),
    "task": Phrase(" (задача Битрикс24 {number})", " (Bitrix24 task {number})"),
    "unknown_at": Phrase(
        "Сколько шагов ждёт решения, неизвестно с {since}: движок не ответил воркеру",
        "How many steps need a decision is not known since {since}: the engine did not answer the worker",
    ),
    "not_asked": Phrase(
        "Сколько шагов ждёт решения, неизвестно: {reason}", "How many steps need a decision is not known: {reason}"
    ),
    "none": Phrase("Шагов, которые ждут решения, нет", "No step needs a decision"),
    "more": Phrase("и ещё {count}", "and {count} more"),
}
NEED = (
    Phrase("{count} шаг ждёт решения", "{count} step needs a decision"),
    Phrase("{count} шага ждут решения", "{count} steps need a decision"),
    Phrase("{count} шагов ждут решения", "{count} steps need a decision"),
)
"""For one, for a few and for many, as Russian counts."""


def need_a_decision(count: int) -> Phrase:
    """How many steps need a decision, such as `4 steps need a decision`."""
    russian = NEED[_form(count)].ru
    return Phrase(russian, NEED[0 if count == 1 else 2].en).format(count=count)


def _form(count: int) -> int:
    """Which form a Russian number takes: 1, 21, 101; 2 to 4, 22; 0, 5 to 20, 11 to 14, 111."""
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
