"""What each command takes on its command line, beside what all of them take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from worker.commands.arguments import a_path, an_id, moment, some_id, some_model, some_words
from worker.commands.parser import Parser
from worker.config.place import NAME
from worker.words.command_line import HELP, VALUES
from worker.words.phrase import Language, table_in


def config_named(arguments: Sequence[str]) -> Path:
    """The configuration file that these arguments name, otherwise the usual one: help in its language comes first."""
    for one, next_ in pairwise([*arguments, ""]):
        if one in ("-c", "--config"):
            return Path(next_)
        if found := re.fullmatch("(?:-c|--config=)(.+)", one):
            return Path(found[1])
    return Path(NAME)


def add_options(subs: Mapping[str, Parser], language: Language) -> None:
    """Add them to the parser of each command, by its name."""
    help_, value = table_in(language, HELP), table_in(language, VALUES)
    subs["init"].add_argument(
        "folder",
        type=subs["init"].read_by(a_path),
        nargs="?",
        default=Path(),
        metavar=value["folder"],
        help=help_["folder"],
    )
    subs["docs"].add_argument("page", nargs="?", default="", metavar=value["page"], help=help_["page"])
    subs["config"].add_argument("show", choices=["show"], metavar="show", help=help_["config-show"])
    subs["config"].add_argument("--json", action="store_true", help=help_["json"])
    subs["status"].add_argument("--json", action="store_true", help=help_["json"])
    subs["explain"].add_argument("id", type=subs["explain"].read_by(some_id), metavar="ID", help=help_["any-id"])
    subs["explain"].add_argument("--json", action="store_true", help=help_["json"])
    subs["check"].add_argument(
        "--model",
        action="extend",
        nargs="+",
        default=[],
        type=subs["check"].read_by(some_model),
        metavar=value["key"],
        help=help_["model"],
    )
    _audit_options(subs["audit"], help_, value["time"])
    old = subs["takeover"].read_by(an_id)
    subs["takeover"].add_argument("--from-worker", type=old, required=True, metavar="ID", help=help_["from-worker"])
    subs["takeover"].add_argument("--dry-run", action="store_true", help=help_["dry-run"])
    chosen = subs["replay"].add_mutually_exclusive_group(required=True)
    chosen.add_argument("id", type=int, nargs="*", default=[], metavar="ID", help=help_["id"])
    chosen.add_argument("--all", action="store_true", help=help_["all"])
    subs["forget"].add_argument("id", type=int, metavar="ID", help=help_["id"])
    for name in ("replay", "forget", "audit", "takeover"):
        why = subs[name].read_by(some_words)
        subs[name].add_argument(
            "--reason", type=why, required=name == "forget", metavar=value["text"], help=help_["reason"]
        )


def _audit_options(parser: Parser, help_: Mapping[str, str], value: str) -> None:
    when = parser.read_by(moment)
    parser.add_argument("--since", type=when, default=moment("30d"), metavar=value, help=help_["since"])
    parser.add_argument("--resync", type=when, metavar=value, help=help_["resync"])
