"""Finds times that are hours long: Camunda counts locks in milliseconds, and its figures get copied."""

from __future__ import annotations

from collections.abc import Iterator

from worker.config.settings import Settings
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

LONGEST_MEANT = 3600.0
"""Seconds. The portal ends a request, and a person restarts a worker, in far less."""
LOCK = Phrase(
    "это {hours:.3g} ч: столько после сбоя воркера шаг не достанется другому; время задаётся в секундах, не в "
    "миллисекундах: уменьшите",
    "is {hours:.3g} h: no other worker gets the step for so long after a crash; times are in seconds, not in "
    "milliseconds: lower it",
)
CALL = Phrase(
    "это {hours:.3g} ч: столько воркер ждёт, прежде чем проверить, создана ли задача; время задаётся в секундах, не в "
    "миллисекундах: уменьшите",
    "is {hours:.3g} h: the worker waits so long before it checks whether the task exists; times are in seconds, not in "
    "milliseconds: lower it",
)


def long_times(settings: Settings) -> Iterator[Problem]:
    """Warnings, each with what such a time costs."""
    bitrix = settings.bitrix
    locks = {f"topics.{name}.lock_seconds": topic.lock_seconds or 0.0 for name, topic in settings.topics.items()}
    locks["camunda.lock_seconds"] = settings.camunda.lock_seconds
    locks["waiting.lock_seconds"] = settings.waiting.lock_seconds
    calls = {
        "bitrix.request_timeout": bitrix.request_timeout,
        "bitrix.server_max_seconds": bitrix.server_max_seconds,
        "bitrix.margin_seconds": bitrix.margin_seconds,
    }
    for phrase, times in ((LOCK, locks), (CALL, calls)):
        for path, seconds in times.items():
            if seconds > LONGEST_MEANT:
                yield Problem(path, phrase.format(hours=seconds / 3600))
