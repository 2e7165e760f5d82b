"""Texts of log events about outcomes of steps: delivered to the engine, refused, or no longer wanted."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log.text import Text, info, warning

OUTCOME_TEXTS: Mapping[str, Text] = {
    "task.completed": info("Внешняя задача {task} завершена", "External task {task} completed"),
    "task.bpmn_error": info("Внешняя задача {task}: BPMN-ошибка {code}", "External task {task}: BPMN error {code}"),
    "task.gone": info(
        "Внешней задачи {task} в движке больше нет: она завершена ранее или процесс отменён",
        "External task {task} no longer exists in the engine: it was completed earlier, or the process was cancelled",
    ),
    "task.completed_unheard": info(
        "Внешней задачи {task} в движке больше нет. Скорее всего, её завершил сам воркер: итог уже передавали, но "
        "ответ движка не получен или не записан",
        "External task {task} no longer exists in the engine. Most likely the worker completed it: its outcome had "
        "been sent before, but the engine's answer was not received or not recorded",
    ),
    "task.incident_over": info(
        "Внешняя задача {task} больше не инцидент: попытки увеличены, или шага в движке больше нет",
        "External task {task} is no incident any more: its retries were raised, or the engine no longer has the step",
    ),
    "task.superseded": warning(
        "Воркер потерял блокировку внешней задачи {task} (владелец блокировки: {holder}), итог передаст другой воркер",
        "The worker has lost the lock of external task {task} (held by: {holder}), another worker delivers its outcome",
    ),
    "settlement.retry": warning(
        "Движок не принял итог по {task} ({reason}), повтор через {seconds} с",
        "The engine did not accept the outcome of {task} ({reason}), next attempt in {seconds} s",
    ),
    "settlement.refused": warning(
        "Движок отклонил итог по {task}: {reason}", "The engine rejected the outcome of {task}: {reason}"
    ),
}
