"""The command line: `run`, `init`, `validate`, `check`, `status` and the others in `COMMANDS`."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from worker import PROGRAM, __version__
from worker.commands import console, gone_folder, last_words
from worker.commands.arguments import a_path
from worker.commands.completion import complete
from worker.commands.options import add_options, config_named
from worker.commands.parser import Parser
from worker.config.loading import load
from worker.config.page_address import settings_of_page
from worker.config.place import default_file, is_log_json, language_of_people
from worker.config.secrets import keep_secrets_of
from worker.config.settings import Settings
from worker.words.command_line import HELP, VALUES
from worker.words.config_faults import ConfigError
from worker.words.phrase import LANGUAGES, Language, Phrase, table_in

EXIT_OK = 0
EXIT_UNABLE = 1
EXIT_CONFIG = 2
EXIT_FOUND = 3
EXIT_UNKNOWN_ID = 4
EXIT_INTERRUPTED = 130
COUNTER = re.compile(r"\w+ +\S+")
"""A line of `status` that says only how many; each other one waits for somebody."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. `arguments` None: those of the process.

    0: success. 1: the ledger, the portal or the engine cannot be used, the running worker is not well, or the output
    could not be written. 2: wrong configuration or usage. 3: the command found a problem, or left something to do.
    4: `takeover` from a worker that nobody knows. 70: a thread of `run` died. 130: interrupted.
    """
    last_words.guard()
    try:
        return _told(arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED  # no message: the person pressed Ctrl+C. Every change is a transaction
    finally:
        console.let_go()


def _told(arguments: Sequence[str] | None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if gone_folder.is_gone():
        gone_folder.complain(arguments, _log_usage)
        return EXIT_CONFIG
    spoken = language_of_people(os.environ, config_named(arguments))
    in_json = "run" in arguments and is_log_json(os.environ, config_named(arguments))
    parser = _parser(spoken, partial(_log_usage, spoken) if in_json else None)
    complete(parser)
    options = parser.parse_args(arguments)
    if options.command in WITHOUT_SETTINGS:
        return _written(options.command(options))
    try:
        settings = _settings(options, spoken)
    except ConfigError as error:
        if options.command is _run and in_json:
            from worker.commands.refusals import log_faults

            log_faults(error)
        else:
            console.complain(str(error))
        return EXIT_CONFIG
    if options.command is _health:
        return int(_health(settings, options))
    return _written(_done(settings, options))


def _written(code: int) -> int:
    """The exit code of a command; not that of success if its output could not be written, such as on a full disk."""
    return code or (EXIT_UNABLE if console.is_lost() else EXIT_OK)


def _done(settings: Settings, options: argparse.Namespace) -> int:
    """The exit code of a command that may use ledger, engine or portal."""
    from worker.commands.refusals import REFUSALS, in_full  # not before: `health` runs twice a minute without it

    try:
        return int(options.command(settings, options))
    except REFUSALS as error:
        console.complain(in_full(error).in_(settings.log.language))
    return EXIT_UNABLE


def _log_usage(language: Language, fault: Phrase) -> None:
    from worker.commands.refusals import log_usage

    log_usage(fault, language)


def _parser(language: Language, told: Callable[[Phrase], object] | None = None) -> Parser:
    help_, value = table_in(language, HELP), table_in(language, VALUES)
    parser = Parser(language, told, prog=PROGRAM, description=help_["program"])
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}", help=help_["version"])
    commands = parser.commands(value["command"])
    subs = {}
    for name, command in COMMANDS.items():
        about = help_["settings" if name == "config" else name]
        sub = subs[name] = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(command=command)
        sub.show_examples(name)
        if command in WITHOUT_SETTINGS:
            sub.add_argument("--language", choices=LANGUAGES, default=language, help=help_["language"])
            continue
        sub.add_argument("-c", "--config", type=sub.read_by(a_path), metavar=value["file"], help=help_["config"])
        sub.add_argument("--log-level", metavar=value["level"], help=help_["log-level"])
    add_options(subs, language)
    return parser


def _settings(options: argparse.Namespace, language: Language) -> Settings:
    path = options.config or default_file(Path(), language)
    if options.command is _health:
        return settings_of_page(path, os.environ, language)
    flags = {} if options.log_level is None else {"log.level": options.log_level}
    settings = load(path, os.environ, flags, language, sides=not _offline(options))
    keep_secrets_of(settings)
    return settings


def _offline(options: argparse.Namespace) -> bool:
    """Whether a command calls neither engine nor portal: `check` of files alone is one."""
    if options.command is _check and options.model:
        from worker.commands.check.model_sources import is_local

        return all(map(is_local, options.model))
    return options.command in WITHOUT_SIDES


def _run(settings: Settings, _: argparse.Namespace) -> int:
    from bitrix.wire import kills_in_time
    from worker.commands.refusals import REFUSALS, SystemUnfit, log_refusal
    from worker.run import Run
    from worker.runtime.telemetry import Telemetry

    telemetry = Telemetry.build(settings.log.level, settings.log.language, settings.log.format)
    try:
        if not kills_in_time():
            raise SystemUnfit
        code = Run(settings, telemetry).serve()
    except REFUSALS as error:
        if settings.log.format == "json":
            log_refusal(error, settings, telemetry)
            return EXIT_UNABLE
        telemetry.close()  # print the log's last lines before the error
        raise
    # Threads that wait for the portal would keep the process alive until their time-out; their rows are on disk.
    os._exit(code)


def _init(options: argparse.Namespace) -> int:
    from worker.commands.starter import NotBegun, begin

    try:
        for line in begin(options.folder, options.language):
            console.say(line)
    except NotBegun as error:
        console.complain(error.phrase.in_(options.language))
        return EXIT_CONFIG
    return EXIT_OK


def _schema(options: argparse.Namespace) -> int:
    from worker.commands.starter import schema

    console.say(schema(options.language).rstrip())
    return EXIT_OK


def _docs(options: argparse.Namespace) -> int:
    from worker.commands.docs import show
    from worker.words.documents import NoSuchPage

    try:
        show(options.page, options.language)
    except NoSuchPage as error:
        console.complain(error.phrase.in_(options.language))
        return EXIT_CONFIG
    return EXIT_OK


def _validate(settings: Settings, _: argparse.Namespace) -> int:
    from worker.commands.validate import validate

    return EXIT_OK if validate(settings) else EXIT_UNABLE


def _check(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.check.calls import Checked, check_models
    from worker.commands.check.checks import run_checks
    from worker.commands.origins import introduce

    introduce(settings)
    findings = [] if _offline(options) else run_checks(settings)
    checked = check_models(settings, options.model) if options.model else Checked([], [])
    findings += checked.findings
    for finding in findings:
        bad = console.Colour.BAD if finding.essential else console.Colour.DOUBTFUL
        colour = console.Colour.GOOD if finding.good else bad
        console.say(finding.line(settings.log.language), colour if finding.checked else None)
    for line in (line for block in checked.blocks for line in block.lines(settings.log.language)):
        console.say(line)
    return EXIT_FOUND if any(finding.essential and not finding.good for finding in findings) else EXIT_OK


def _config(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.origins import config_show

    console.say(config_show(settings, as_json=options.json))
    return EXIT_OK


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import is_told, status

    text, fault = status(settings, as_json=options.json)
    for line in [text] if options.json else text.splitlines():
        console.say(line, None if options.json or COUNTER.fullmatch(line) else console.Colour.DOUBTFUL)
    if fault:
        if not options.json and is_told(fault, text, settings.log.language):
            return EXIT_UNABLE
        raise fault
    return EXIT_OK


def _explain(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.explain.explain import explain
    from worker.commands.explain.several import NotFound, as_data, lines_of

    found, language = explain(settings, options.id), settings.log.language
    if options.json:
        console.say(json.dumps(as_data(found, language), ensure_ascii=False, indent=2))
    else:
        first, *others = lines_of(found, language)
        console.say(first, console.Colour.DOUBTFUL)
        for line in others:
            console.say(line)
    return EXIT_UNABLE if found.unread else EXIT_FOUND if isinstance(found, NotFound) else EXIT_OK


def _health(settings: Settings, _: argparse.Namespace) -> int:
    from worker.commands.running.health import health_of

    good, said = health_of(settings)
    console.say(said.in_(settings.log.language))
    return EXIT_OK if good else EXIT_UNABLE


def _audit(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import audit

    text, good = audit(settings, options.since, options.resync, options.reason, progress=console.progress)
    console.say(text)
    return EXIT_OK if good else EXIT_FOUND


def _takeover(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.takeover.command import Ending, takeover

    how = {"dry_run": options.dry_run, "reason": options.reason}
    ending = takeover(settings, options.from_worker, **how, say=console.say, progress=console.progress)
    return {Ending.DONE: EXIT_OK, Ending.LEFT: EXIT_FOUND, Ending.UNKNOWN_ID: EXIT_UNKNOWN_ID}[ending]


def _replay(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import replay

    text, good = replay(settings, None if options.all else options.id, options.reason)
    console.say(text)
    return EXIT_OK if good else EXIT_FOUND


def _forget(settings: Settings, options: argparse.Namespace) -> int:
    from worker.commands.ledger_commands import forget

    text, good = forget(settings, options.id, options.reason)
    console.say(text)
    return EXIT_OK if good else EXIT_FOUND


COMMANDS: Mapping[str, Callable[..., int]] = {
    "run": _run,
    "init": _init,
    "validate": _validate,
    "config": _config,
    "check": _check,
    "status": _status,
    "explain": _explain,
    "health": _health,
    "audit": _audit,
    "takeover": _takeover,
    "replay": _replay,
    "forget": _forget,
    "schema": _schema,
    "docs": _docs,
}
WITHOUT_SIDES = (_config, _status, _explain, _replay, _forget)
"""They do without the two required settings: they need neither engine nor portal."""
WITHOUT_SETTINGS = (_init, _schema, _docs)
"""Called with the options alone: there may be no settings yet."""
