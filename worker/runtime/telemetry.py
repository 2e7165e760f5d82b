"""The log: named events with facts, told in one language, without the secret, one bounded line each."""

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
from worker.runtime.log_writer import LogWriter
from worker.words.causes import in_words, with_cure
from worker.words.log import TEXTS
from worker.words.log_text import Text
from worker.words.printable import printable
from worker.words.reasons import REASONS, Reason

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
LONGEST_VALUE = 1000
LONGEST_LINE = 4000
CLOSE_SECONDS = 2.0
"""For what is still to be written at the end, where somebody reads."""
Event = MutableMapping[str, Any]


class Telemetry:
    """Writes events to one stream. Thread-safe; neither a full nor a broken stream is felt by the work."""

    def __init__(self, stream: TextIO | None, language: Literal["ru", "en"]) -> None:
        self._writer = LogWriter(stream, lambda count: self.emit("log.dropped", count=count))
        self._logger: Any = self._writer
        self._language: Literal["ru", "en"] = language

    @classmethod
    def build(
        cls,
        level: str,
        language: Literal["ru", "en"],
        format: Literal["console", "json"],  # noqa: A002 - the setting's own name
        stream: TextIO | None = None,
    ) -> Telemetry:
        """A log on `stream` (None: standard error) from `level` on."""
        telemetry = cls(stream or sys.stderr, language)
        render = _json if format == "json" else _console
        wrapper = structlog.make_filtering_bound_logger(LEVELS[level])
        logger = structlog.wrap_logger(telemetry._writer, processors=[_stamp, render], wrapper_class=wrapper).bind()
        telemetry._logger = logger
        _quieten_libraries(logger)
        return telemetry

    @property
    def dropped(self) -> int:
        """Lines that the stream has not taken, since the start."""
        return self._writer.dropped

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until every line is out, but no longer than that; safe to repeat."""
        self._writer.close(seconds)

    def emit(self, event: str, /, **facts: object) -> None:
        """Log an event of the catalogue with its facts."""
        text = TEXTS.get(event, Text("warning", "", ""))
        words = text.ru if self._language == "ru" else text.en
        write = getattr(self._logger, text.level)
        short = {
            name: _short(self.words(value) if isinstance(value, Exception) else value) for name, value in facts.items()
        }
        told = short | {name: self._spelled_out(value) for name, value in facts.items() if isinstance(value, Reason)}
        write(event, message=_told(words, told), facts=short, told=_placeholders(words))

    def words(self, error: object) -> str:
        """What has happened, in the language of the log: an error of engine, portal or ledger by its cause."""
        return in_words(error, self._language)

    def advice(self, error: object) -> str:
        """The same, and what a person can do about it."""
        return with_cure(error, self._language)

    def _spelled_out(self, reason: Reason) -> str:
        russian, english = REASONS[reason]
        return russian if self._language == "ru" else english


@lru_cache(maxsize=1024)
def _placeholders(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name)


def _told(words: str, facts: Mapping[str, object]) -> str:
    try:
        return words.format(**facts)
    except (KeyError, IndexError):
        return words  # a missing fact costs its place in the sentence, not the line


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_VALUE else shortened(text, LONGEST_VALUE - 1) + "…"


def _stamp(_: object, level: str, event: Event) -> Event:
    return {"time": datetime.now().astimezone().isoformat(timespec="milliseconds"), "level": level, **event}


def _console(_: object, __: str, event: Event) -> str:
    facts = " ".join(f"{name}={value}" for name, value in event["facts"].items() if name not in event["told"])
    line = f"{event['time']} [{event['level'].upper()}] {event['event']}: {event['message']}  {facts}".rstrip()
    return printable(hide(line))[:LONGEST_LINE]


def _json(_: object, __: str, event: Event) -> str:
    facts = {name: hide(value) if isinstance(value, str) else value for name, value in event["facts"].items()}
    head = {name: event[name] for name in ("time", "level", "event")} | {"message": hide(event["message"])}
    return printable(json.dumps(facts | head, ensure_ascii=False))


class _Scrubbed(logging.Handler):
    def __init__(self, logger: Any) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        write = self._logger.warning if record.levelno < logging.ERROR else self._logger.error
        write(record.name, message=str(_short(record.getMessage())), facts={}, told=frozenset())


def _quieten_libraries(logger: Any) -> None:
    """urllib3 logs addresses, and the Camunda client logs variables of the process on the root logger."""
    root = logging.getLogger()
    root.handlers = [_Scrubbed(logger)]
    root.setLevel(logging.WARNING)
