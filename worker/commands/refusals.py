"""Why a command cannot do its work: for people as text, and of a `run` that logs JSON as lines of its log."""

from __future__ import annotations

from pathlib import Path

from bitrix.errors import PortalError
from worker import PROGRAM
from worker.config.ledger_mark import place_of_ledger
from worker.config.settings import Settings
from worker.engine.errors import EngineError
from worker.ledger import LedgerError, LedgerUnavailable
from worker.runtime.telemetry import Telemetry
from worker.words.causes import cure_after, in_words, name_of, with_cure
from worker.words.config_faults import ConfigError
from worker.words.faults import fault_text
from worker.words.phrase import Language, Phrase, PhraseError, unchanged

CURE = Phrase(
    f"Исправьте настройку. Проверить настройки без запуска: {PROGRAM} validate",
    f"Correct the setting. To check the settings without a start: {PROGRAM} validate",
)
CURE_OF_FILE = Phrase(
    f"Исправьте файл или назовите другой через --config. Проверить настройки без запуска: {PROGRAM} validate",
    f"Correct the file, or name another one by --config. To check the settings without a start: {PROGRAM} validate",
)
CURE_OF_LEDGER = Phrase(
    f"Исправьте то, что названо в причине, или ledger.url. Проверить журнал без запуска: {PROGRAM} check",
    f"Correct what the reason names, or ledger.url. To check the ledger without a start: {PROGRAM} check",
)
CURE_OF_SYSTEM = Phrase(
    "Запустите воркер в Linux, например в контейнере", "Run the worker on Linux, for example in a container"
)
CURE_OF_USAGE = Phrase(
    f"Исправьте команду. Что она принимает: {PROGRAM} run --help",
    f"Correct the command. What it takes: {PROGRAM} run --help",
)
COMMAND_LINE = Phrase("командная строка", "command line")
LEDGER = unchanged("ledger.url ({source}): {place}")


class SystemUnfit(PhraseError):
    """The system cannot do what the worker needs; no setting changes that."""

    def __init__(self) -> None:
        super().__init__(fault_text("system_unfit"))


REFUSALS = (SystemUnfit, LedgerError, LedgerUnavailable, PortalError, EngineError)
"""Errors that end a command with a sentence; any other one is a bug."""


def in_full(error: Exception) -> Phrase:
    """What is wrong, and what to do."""
    match error:
        case LedgerError() | SystemUnfit():
            return error.phrase
        case LedgerUnavailable():
            return fault_text("ledger_unusable", words=with_cure(error))
    return fault_text("side_unusable", words=with_cure(error))


def log_refusal(error: Exception, settings: Settings, telemetry: Telemetry) -> None:
    """Log why `run` has not started, and close the log."""
    place = LEDGER.format(source=settings.origin.of("ledger.url").told, place=place_of_ledger(settings.ledger.url))
    telemetry.emit(
        "worker.not_started",
        reason=in_words(error),
        cause=name_of(error) or (error.name if isinstance(error, LedgerError) else "system_unfit"),
        place=unchanged("") if isinstance(error, SystemUnfit) else place,
        cure=cure_after(error) or (CURE_OF_SYSTEM if isinstance(error, SystemUnfit) else CURE_OF_LEDGER),
    )
    telemetry.close()


def log_usage(fault: Phrase, language: Language) -> None:
    """Log what is wrong with the arguments of `run`, as a line of JSON."""
    telemetry = Telemetry.build("warning", language, "json")
    telemetry.emit("worker.not_started", reason=fault, cause="command_line", place=COMMAND_LINE, cure=CURE_OF_USAGE)
    telemetry.close()


def log_faults(error: ConfigError) -> None:
    """Log each fault of the configuration, and what in it is doubtful, as lines of JSON."""
    telemetry = Telemetry.build("warning", error.language, "json")
    for one in error.problems:
        place = one.where or error.file or unchanged(str(Path().absolute()))
        reason = Phrase(one.line("ru"), one.line("en"))
        cure = CURE if one.path else CURE_OF_FILE
        telemetry.emit(
            "worker.not_started", reason=reason, cause="configuration", path=one.path, place=place, cure=cure
        )
    for one in error.warnings:
        telemetry.emit("config.warning", path=one.path, source=one.source, message=one.phrase)
    telemetry.close()
