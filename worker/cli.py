"""The commands: `run`, `validate`, `check`, `status`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from worker import __version__
from worker.config import Settings
from worker.config_faults import ConfigError
from worker.config_loading import load
from worker.ledger import Ledger, LedgerError, LedgerUnavailable

EXIT_OK = 0
EXIT_LEDGER = 1
EXIT_CONFIG = 2
EXIT_CHECK = 3
DEFAULT_FILE = Path("config.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 good, 1 ledger, 2 configuration, 3 a check failed, 70 a thread died."""
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    try:
        return int(options.command(settings, options))
    except LedgerError as error:
        print(error.told(settings.log.language), file=sys.stderr)
        return EXIT_LEDGER
    except LedgerUnavailable as error:
        trouble = LedgerError("ledger_unusable", url=settings.ledger.url, words=error)
        print(trouble.told(settings.log.language), file=sys.stderr)
        return EXIT_LEDGER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camunda-bitrix-worker",
        description="Camunda 7 external tasks become Bitrix24 tasks / "
        "Внешние задачи Camunda 7 становятся задачами Битрикс24",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("run", _run, "serve the configured topics until a signal / обслуживать топики до сигнала"),
        ("validate", _validate, "check the configuration, no network / проверить настройки без сети"),
        ("check", _check, "check portal and engine as they are / проверить портал и движок"),
        ("status", _status, "what the ledger says / что говорит журнал"),
    ):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("-c", "--config", type=Path, metavar="FILE", help="default: ./config.yaml, if there is one")
        sub.add_argument("--log-level", metavar="LEVEL", help="debug, info, warning, error")
        if name == "status":
            sub.add_argument("--json", action="store_true", help="for programs / для программ")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    path = options.config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    flags = {"log.level": options.log_level} if options.log_level else {}
    return load(path, os.environ, flags)


def _run(settings: Settings, _: argparse.Namespace) -> int:
    from worker.runner import Run
    from worker.telemetry import Telemetry

    telemetry = Telemetry.build(settings.log.level, settings.log.language, settings.log.format)
    code = Run(settings, telemetry).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads still inside a call to the portal would keep the process for its time-out; their rows are on disk.
    os._exit(code)


def _validate(settings: Settings, _: argparse.Namespace) -> int:
    for warning in settings.warnings:
        print(f"{warning.path}: {warning.text(settings.log.language)}")
    print("Настройки в порядке." if settings.log.language == "ru" else "The configuration is good.")
    return EXIT_OK


def _check(settings: Settings, _: argparse.Namespace) -> int:
    from worker.checks import run_checks

    findings = run_checks(settings)
    for finding in findings:
        print(finding.line(settings.log.language))
    return EXIT_CHECK if any(finding.essential and not finding.good for finding in findings) else EXIT_OK


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from worker.ledger_schema import sqlite_path
    from worker.status import status_of, table

    path = sqlite_path(settings.ledger.url)
    if not path.exists():
        raise LedgerError("ledger_missing", path=path)
    ledger = Ledger(
        settings.ledger.url,
        portal=settings.bitrix.webhook_url.portal,
        engine=settings.camunda.base_url,
        owner=str(uuid.uuid4()),
    )
    try:
        status = status_of(ledger)
    finally:
        ledger.close()
    print(json.dumps(status, ensure_ascii=False, indent=2) if options.json else table(status))
    return EXIT_OK
