"""The commands: `run`, `validate`, `check`, `status`, `audit`, `takeover`, `replay`, `forget`."""

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

EXIT_OK = 0
EXIT_UNABLE = 1
EXIT_CONFIG = 2
EXIT_FOUND = 3
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0 good, 1 ledger, portal or engine cannot be used, 2 configuration or usage, 3 something was found wrong or is left
    to do, 70 a thread died, 130 interrupted.
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
        console.complain(error.told(language))
    except LedgerUnavailable as error:
        url = shown_address(settings.ledger.url)
        console.complain(fault_text(language, "ledger_unusable", url=url, words=error))
    except (PortalError, EngineError) as error:
        console.complain(fault_text(language, "side_unusable", words=with_cure(error, language)))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED  # by the person who sees it; what was done is done in transactions
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
        ("check", _check, "check portal and engine as they are / проверить портал и движок"),
        ("status", _status, "what the ledger says / что говорит журнал"),
        ("audit", _audit, "look for doubled tasks on the portal / найти задвоенные задачи на портале"),
        ("takeover", _takeover, "take over from the old installation / принять дела у прежней установки"),
        ("replay", _replay, "send parked synchronisations again / повторить отложенные синхронизации"),
        ("forget", _forget, "drop a parked synchronisation / удалить отложенную синхронизацию"),
    ):
        sub = subs[name] = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("-c", "--config", type=Path, metavar="FILE", help="default: ./config.yaml, if there is one")
        sub.add_argument("--log-level", metavar="LEVEL", help="debug, info, warning, error")
    subs["status"].add_argument("--json", action="store_true", help="for programs / для программ")
    subs["check"].add_argument(
        "--model", metavar="KEY", help="look at the steps of this process, too / проверить и шаги этого процесса"
    )
    _audit_options(subs["audit"])
    subs["takeover"].add_argument("--from-worker", required=True, metavar="ID", help="its worker id / его worker id")
    subs["takeover"].add_argument("--dry-run", action="store_true", help="only show the plan / только показать план")
    chosen = subs["replay"].add_mutually_exclusive_group(required=True)
    chosen.add_argument("id", type=int, nargs="*", default=[], help="as `status` lists them / как в `status`")
    chosen.add_argument("--all", action="store_true", help="all parked ones / все отложенные")
    _forget_options(subs["forget"])
    return parser


def _forget_options(parser: argparse.ArgumentParser) -> None:
    from worker.commands.ledger_commands import some_words

    text = "goes to the log / попадёт в лог"
    parser.add_argument("id", type=int, help="as `status` lists them / как в `status`")
    parser.add_argument("--reason", type=some_words, required=True, metavar="TEXT", help=text)


def _audit_options(parser: argparse.ArgumentParser) -> None:
    from worker.commands.ledger_commands import moment

    when = "90s, 30m, 2h, 7d, or 2026-03-01T10:00+03:00"
    parser.add_argument(
        "--since",
        type=moment,
        default=moment("30d"),
        metavar="SINCE",
        help=f"look at tasks made since then / смотреть задачи, созданные с этого времени: {when}; default 30d",
    )
    parser.add_argument(
        "--resync",
        type=moment,
        metavar="SINCE",
        help="owe a sync for every instance with a task that was made since then, whenever it was closed; needs the "
        "ledger of a `run` / синхронизировать экземпляры, чьи задачи созданы с этого времени, когда бы их ни закрыли; "
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
        console.complain(fault_text(settings.log.language, "system_unfit"))
        return EXIT_UNABLE
    telemetry = Telemetry.build(settings.log.level, settings.log.language, settings.log.format)
    try:
        code = Run(settings, telemetry).serve()
    except LedgerError:
        telemetry.close()  # what was told before it comes out before it
        raise
    # Threads still inside a call to the portal would keep the process for its time-out; their rows are on disk.
    os._exit(code)


def _validate(settings: Settings, _: argparse.Namespace) -> int:
    for warning in settings.warnings:
        console.say(f"{warning.path}: {warning.text(settings.log.language)}")
    console.say("Настройки в порядке." if settings.log.language == "ru" else "The configuration is good.")
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
