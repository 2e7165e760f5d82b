"""Decides for which steps the portal's task templates are read. All who need to know ask here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

REST = "*"
PROCESSES = re.compile(r"[\w.-]+\*?")
"""The id of a process in a model, or how such ids begin."""


@dataclass(frozen=True, slots=True)
class TemplateSwitch:
    """`topics`: those whose steps may have templates. `exceptions`: keys of processes without, or `Old_*` for many."""

    topics: frozenset[str]
    exceptions: tuple[str, ...] = ()

    @classmethod
    def of(cls, by_topic: Mapping[str, bool | None], *, default: bool, exceptions: tuple[str, ...]) -> TemplateSwitch:
        """The switch of some settings. `by_topic`: what each topic says; None: the default."""
        return cls(
            frozenset(name for name, said in by_topic.items() if (default if said is None else said)), exceptions
        )

    @property
    def anywhere(self) -> bool:
        """Whether any step may have a template."""
        return bool(self.topics)

    def reads(self, topic: str, process_key: str | None) -> bool:
        """Whether the template of such a step is read. `process_key` None: the engine did not tell it."""
        return topic in self.topics and self.exception_of(process_key) is None

    def exception_of(self, process_key: str | None) -> str | None:
        """The first exception that covers a process; None: there is none."""
        key = process_key or ""
        return next((one for one in self.exceptions if _covers(one, key)), None)


def _covers(exception: str, key: str) -> bool:
    return key.startswith(exception.removesuffix(REST)) if exception.endswith(REST) else key == exception


def processes_said(value: object) -> object:
    """Keys of processes from a list, or from text with commas."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        raise InvalidSetting(Phrase("нужен список ключей процессов", "must be a list of process keys"))
    keys = tuple(dict.fromkeys(one.strip() if isinstance(one, str) else "" for one in listed))
    if odd := [one for one in keys if not PROCESSES.fullmatch(one)]:
        russian, english = _quoted(odd, "«»"), _quoted(odd, "“”")
        raise InvalidSetting(
            Phrase(
                f"не ключи процессов: {russian}. Нужен id процесса из модели, например Process_x, или его начало со "
                "звёздочкой: Old_*",
                f"are no process keys: {english}. Write the id of the process in its model, such as Process_x, or its "
                "beginning with an asterisk: Old_*",
            )
        )
    return keys


def _quoted(keys: list[str], marks: str) -> str:
    return ", ".join(f"{marks[0]}{one}{marks[1]}" for one in keys)
