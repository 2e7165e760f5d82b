"""The log: named events with facts, in one language, without secrets, one bounded line each."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from string import Formatter
from typing import Any, Literal, TextIO

import structlog

from bitrix.secrecy import hide, shortened
from bitrix.shown import in_text
from worker.runtime.log_writer import LogWriter
from worker.runtime.recent_warnings import RecentWarnings
from worker.runtime.task_names import TaskNames
from worker.runtime.warning_ends import ended_by
from worker.words.causes import in_words
from worker.words.codes import Code
from worker.words.foreign import why_not_logged
from worker.words.log.telling import text_of, with_facts
from worker.words.log.text import Level
from worker.words.phrase import Language, Phrase
from worker.words.printable import printable

LEVELS: Mapping[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
SHOWN = ("warning", "error")
"""Levels that are also kept for the status page."""
SILENT_LIBRARIES = ("urllib3", "requests")
"""What they warn of, our own clients report with its cause: a broken connection, a retry."""
LONGEST_VALUE = 1000
LONGEST_LINE = 4000
CLOSE_SECONDS = 2.0
"""How long to wait at the end for the last lines to be written."""
Event = MutableMapping[str, Any]
Form = Literal["console", "json"]


class Telemetry:
    """Writes events of its `level` and above to one stream.

    Thread-safe; a full or broken stream never blocks the caller or raises.
    """

    def __init__(
        self, stream: TextIO | None, language: Language, *, level: Level = "info", form: Form = "console"
    ) -> None:
        self._writer = LogWriter(stream, self._tell_dropped, lambda: self.emit("log.written"))
        self._language = language
        self._least = LEVELS[level]
        self._logger: Any = structlog.wrap_logger(
            self._writer,
            processors=[_stamp, _json if form == "json" else _console],
            wrapper_class=structlog.make_filtering_bound_logger(self._least),
        ).bind()
        self.warnings = RecentWarnings()
        self.task_names = TaskNames()
        """Added to each line about a task."""
        self.instance_names = TaskNames()
        """Added to each line about a process instance."""

    @classmethod
    def build(cls, level: Level, language: Language, form: Form, stream: TextIO | None = None) -> Telemetry:
        """A log on `stream` (None: standard error) that shows events of this `level` and above."""
        telemetry = cls(stream or sys.stderr, language, level=level, form=form)
        _quieten_libraries(telemetry)
        return telemetry

    @property
    def dropped(self) -> int:
        """Number of lines dropped since the start because the stream did not take them."""
        return self._writer.dropped

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait up to `seconds` until every line is written. Safe to repeat."""
        self._writer.close(seconds)

    def emit(self, event: str, /, **facts: object) -> None:
        """Log an event of the catalogue with its facts, and the known names of its task or process instance.

        Warnings and errors are also kept, whatever the log's level.
        """
        text = text_of(event)
        level, words = text.level, text.in_(self._language)
        if not (self._is_written(level) or level in SHOWN or ended_by(event)):
            return
        of_instance = self.instance_names.of(facts.get("process_instance_id"))
        facts |= {**of_instance, **self.task_names.of(facts.get("task")), **facts}
        short = {name: _short(value) for name, value in facts.items()}
        self.warnings.heard(event, short)
        if level in SHOWN:
            self.warnings.note(event, level, short)
        if self._is_written(level):
            plain = {name: self._plain(value) for name, value in short.items()}
            self._write(level, event, with_facts(words, short, self._language), plain, _placeholders(words))

    def of_library(self, name: str, level: Level, said: str) -> None:
        """Log what a library has said, and keep it like a warning of our own."""
        message = str(_short(said))
        self.warnings.note(name, level, {"message": message})
        if self._is_written(level):
            self._write(level, name, message, {}, frozenset())

    def _is_written(self, level: Level) -> bool:
        return LEVELS[level] >= self._least

    def _write(self, level: Level, event: str, message: str, facts: Mapping[str, object], told: frozenset[str]) -> None:
        """`told`: the facts that the message names."""
        getattr(self._logger, level)(event, message=message, facts=facts, told=told)

    def _tell_dropped(self, count: int, refusal: OSError | None) -> None:
        self.emit("log.dropped", count=count, why=why_not_logged(refusal))

    def words(self, said: object) -> str:
        """A text in the log's language, from a phrase or an error. An error of a side is named by its cause."""
        return in_words(said).in_(self._language)

    def _plain(self, value: object) -> object:
        """A fact for the log: a code as it is, a text in the log's language."""
        if isinstance(value, Phrase):
            return value.in_(self._language)
        return str(value) if isinstance(value, Code) else value


@lru_cache(maxsize=1024)
def _placeholders(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name)


def _short(value: object) -> object:
    """A fact as it is kept: bounded, and in both languages if it can be, for the page is read in either."""
    if value is None or isinstance(value, bool | int | float | Code):
        return value
    if isinstance(value, Exception | Phrase):
        said = in_words(value)
        return Phrase(_bounded(said.ru), _bounded(said.en))
    return _bounded(in_text(value) if isinstance(value, dict | list | tuple) else str(value))


def _bounded(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= LONGEST_VALUE else shortened(text, LONGEST_VALUE - 1) + "…"


def _stamp(_: object, level: str, event: Event) -> Event:
    return {"time": datetime.now().astimezone().isoformat(timespec="milliseconds"), "level": level, **event}


def _console(_: object, __: str, event: Event) -> str:
    facts = " ".join(f"{name}={in_text(value)}" for name, value in event["facts"].items() if name not in event["told"])
    line = f"{event['time']} [{event['level'].upper()}] {event['event']}: {event['message']}  {facts}".rstrip()
    return printable(hide(line))[:LONGEST_LINE]


def _json(_: object, __: str, event: Event) -> str:
    facts = {name: hide(value) if isinstance(value, str) else value for name, value in event["facts"].items()}
    head = {name: event[name] for name in ("time", "level", "event")} | {"message": hide(event["message"])}
    return printable(json.dumps(head | {name: facts[name] for name in facts if name not in head}, ensure_ascii=False))


class _Libraries(logging.Handler):
    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(logging.WARNING)
        self._telemetry = telemetry

    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "warning" if record.levelno < logging.ERROR else "error"
        self._telemetry.of_library(record.name, level, record.getMessage())


def _quieten_libraries(telemetry: Telemetry) -> None:
    """Show only warnings of libraries, and through our log.

    urllib3 logs addresses, and the Camunda client logs process variables on the root logger.
    """
    root = logging.getLogger()
    root.handlers = [_Libraries(telemetry)]
    root.setLevel(logging.WARNING)
    for name in SILENT_LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)
