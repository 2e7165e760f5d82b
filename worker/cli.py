"""The command line: `run`, `validate`, `check`, `status`, `audit`, `takeover`, `replay`, `forget`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from bitrix.errors import PortalError
from worker import __version__
from worker.commands import console, last_words
from worker.config.loading import language_of, load
from worker.config.place import default_file
from worker.config.secrets import keep_secrets_of, shown_address
from worker.config.settings import Settings
from worker.engine.errors import EngineError
from worker.ledger import LedgerError, LedgerUnavailable
from worker.words.causes import with_cure
from worker.words.config_faults import ConfigError
from worker.words.faults import fault_text
from worker.words.phrase import Phrase

EXIT_OK = 0
EXIT_UNABLE = 1
EXIT_CONFIG = 2
EXIT_FOUND = 3
EXIT_INTERRUPTED = 130
CONFIGURATION_IS_GOOD = Phrase("Настройки в порядке.", "The configuration is good.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. `arguments` None: those of the process.

    0: success. 1: the ledger, the portal or the engine cannot be used. 2: wrong configuration or usage. 3: the command
    found a problem, or left something to do. 70: a thread of `run` died. 130: interrupted.
    """
    last_words.guard()
    try:
        return _told(arguments)
    finally:
        console.let_go()


def _told(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
    except ConfigError as error:
        console.complain(str(error))
        return EXIT_CONFIG
    language = settings.log.language
    try:
        return int(options.command(settings, options))
    except LedgerError as error:
        console.complain(error.phrase.in_(language))
    except LedgerUnavailable as error:
        url = shown_address(settings.ledger.url)
        console.complain(fault_text("ledger_unusable", url=url, words=error).in_(language))
    except (PortalError, EngineError) as error:
        console.complain(fault_text("side_unusable", words=with_cure(error)).in_(language))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED  # no message: the person pressed Ctrl+C. Every change is a transaction
    return EXIT_UNABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camunda-bitrix-worker",
        description="Camunda 7 external tasks become Bitrix24 tasks / "
        "Внешние задачи Camunda 7 становятся задачами Битрикс24",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    subs = {}
    for name, command, text in (
        ("run", _run, "serve the configured topics until a signal / обслуживать топики до сигнала"),
        ("validate", _validate, "check the configuration, no network / проверить настройки без сети"),
        ("check", _check, "check portal, engine and ledger / проверить портал, движок и журнал"),
        ("status", _status, "show counters and what waits / показать счётчики и всё, что ждёт"),
        ("audit", _audit, "find duplicate tasks on the portal / найти дубли задач на портале"),
        ("takeover", _takeover, "take over the old installation's tasks / принять задачи прежней установки"),
        ("replay", _replay, "send parked synchronisations again / повторить отложенные синхронизации"),
        ("forget", _forget, "drop a parked synchronisation / удалить отложенную синхронизацию"),
    ):
        sub = subs[name] = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument(
            "-c", "--config", type=Path, metavar="FILE", help="default: ./config.yaml / по умолчанию ./config.yaml"
        )
        sub.add_argument("--log-level", metavar="LEVEL", help="level / уровень: debug, info, warning, error")
    subs["status"].add_argument("--json", action="store_true", help="as JSON, for programs / в JSON, для программ")
    subs["check"].add_argument(
        "--model", metavar="KEY", help="check the steps of this process too / проверить и шаги этого процесса"
    )
    _audit_options(subs["audit"])
    subs["takeover"].add_argument(
        "--from-worker", required=True, metavar="ID", help="the old worker's id / worker id прежнего воркера"
    )
    subs["takeover"].add_argument("--dry-run", action="store_true", help="only show the plan / только показать план")
    chosen = subs["replay"].add_mutually_exclusive_group(required=True)
    chosen.add_argument("id", type=int, nargs="*", default=[], help="as `status` lists them / как в `status`")
    chosen.add_argument("--all", action="store_true", help="all parked ones / все отложенные")
    _forget_options(subs["forget"])
    return parser


def _forget_options(parser: argparse.ArgumentParser) -> None:
    from worker.commands.ledger_commands import some_words

    text = "why, for the log / почему, для лога"
    parser.add_argument("id", type=int, help="as `status` lists them / как в `status`")
    parser.add_argument("--reason", type=some_words, required=True, metavar="TEXT", help=text)


def _audit_options(parser: argparse.ArgumentParser) -> None:
    from worker.commands.ledger_commands import moment

    when = "90s, 30m, 2h, 7d, 2026-03-01T10:00+03:00"
    parser.add_argument(
        "--since",
        type=moment,
        default=moment("30d"),
        metavar="SINCE",
        help=f"tasks created since then / задачи, созданные с этого времени: {when}; default / по умолчанию 30d",
    )
    parser.add_argument(
        "--resync",
        type=moment,
        metavar="SINCE",
        help="also synchronise every process instance with a task created since then, open or closed; needs the ledger "
        "of a `run` / также синхронизировать экземпляры, чьи задачи созданы с этого времени, открытые и закрытые; "
        "нужен журнал, созданный `run`",
    )


def _settings(options: argparse.Namespace) -> Settings:
    language = language_of({"log": {"language": os.environ.get("LOG_LANGUAGE")}})
    path = options.config or default_file(Path(), language)
    flags = {"log.level": options.log_level} if options.log_level else {}
    settings = load(path, os.environ, flags)
    keep_secrets_of(settings)
    return settings


def _run(settings: Settings, _: argparse.Namespace) -> int:
    from bitrix.wire import kills_in_time
    from worker.run import Run
    from worker.runtime.telemetry import Telemetry

    if not kills_in_time():
        console.complain(fault_text("system_unfit").in_(settings.log.language))
        return EXIT_UNABLE
    telemetry = Telemetry.build(settings.log.level, settings.log.language, settings.log.format)
    try:
        code = Run(settings, telemetry).serve()
    except (LedgerError, LedgerUnavailable):
        telemetry.close()  # print the log's last lines before the error
        raise
    # Threads that wait for the portal would keep the process alive until their time-out; their rows are on disk.
    os._exit(code)


def _validate(settings: Settings, _: argparse.Namespace) -> int:
    for warning in settings.warnings:
        console.say(f"{warning.path}: {warning.text(settings.log.language)}")
    console.say(CONFIGURATION_IS_GOOD.in_(settings.log.language))
    return EXIT_OK


def _check(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.checks import run_checks
    from worker.commands.model_check import check_model

    findings = run_checks(settings) + (check_model(settings, options.model) if options.model else [])
    for finding in findings:
        console.say(finding.line(settings.log.language))
    return EXIT_FOUND if any(finding.essential and not finding.good for finding in findings) else EXIT_OK


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import status

    console.say(status(settings, as_json=options.json))
    return EXIT_OK


def _audit(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import audit

    text, good = audit(settings, options.since, options.resync, progress=console.progress)
    console.say(f"\n{text}" if console.is_watched() else text)
    return EXIT_OK if good else EXIT_FOUND


def _takeover(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.takeover_command import takeover

    good = takeover(settings, options.from_worker, dry_run=options.dry_run, say=console.say, progress=console.progress)
    return EXIT_OK if good else EXIT_FOUND


def _replay(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import replay

    text, good = replay(settings, None if options.all else options.id)
    console.say(text)
    return EXIT_OK if good else EXIT_FOUND


def _forget(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import forget

    text, good = forget(settings, options.id, options.reason)
    console.say(text)
    return EXIT_OK if good else EXIT_FOUND
