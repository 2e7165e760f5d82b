"""Answers what is no command or option of ours by the nearest right way. Never quotes what may be a secret."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from worker.words import guesses as words
from worker.words.phrase import Phrase
from worker.words.printable import one_line

LONGEST = 40
ADDRESS = "://"
ALIKE = 0.7


def of_first(given: str, known: Collection[str], of_run: Collection[str]) -> Phrase:
    """What is wrong with a first word that is no command, and what to type in its place. `of_run`: options of `run`."""
    near, meant = difflib.get_close_matches(given.lower(), known, 1, cutoff=ALIKE), words.COMMANDS.get(given.lower())
    if given.startswith("-") and not meant:
        return of_leftovers([given], "run", of_run)
    if meant or near:
        meant = meant if isinstance(meant, Phrase) else words.CALL.format(words=meant or near[0])
    return words.NO_COMMAND.format(given=quoted(given), meant=meant or words.THERE_ARE.format(known=", ".join(known)))


def of_leftovers(left: Sequence[str], command: str, options: Collection[str]) -> Phrase:
    """What is wrong with the arguments that nothing takes. `options`: those of the command."""
    option = next((one for one in left if one.startswith("-")), None)
    if option is None:
        given, said, meant = left[0], words.TOO_MUCH, _meant_by_value(left[0], command, options)
    else:
        given, said = option.partition("=")[0], words.NO_OPTION
        meant = _meant_by_option(given.lstrip("-").lower(), command, options)
    return said.format(given=quoted(given), meant=meant or words.LOOK_AT_HELP.format(command=command))


def quoted(given: str) -> Phrase:
    """What was typed, as it may be shown."""
    return words.QUOTED.format(text=_plain(given))


def _meant_by_value(given: str, command: str, options: Collection[str]) -> Phrase | None:
    if given.lower().endswith((".yaml", ".yml")):
        return words.CALL.format(words=f"{command} -c {_plain(given)}")
    if "--model" in options:
        return words.CALL.format(words=f"{command} --model {_plain(given)}")
    return None


def _meant_by_option(given: str, command: str, options: Collection[str]) -> Phrase | None:
    if given in ("json", "format") and "--json" in options:
        return words.CALL.format(words=f"{command} --json")
    if command != "run" and given in ("json", "format"):
        return None
    if near := difflib.get_close_matches(f"--{given}", options, 1, cutoff=ALIKE):
        return words.CALL.format(words=f"{command} {near[0]}")
    if given in words.CALLS:
        return words.CALL.format(words=words.CALLS[given].format(command=command))
    return _as_setting(given)


def _as_setting(given: str) -> Phrase | None:
    from worker.config.settings import GROUPS, parts_of  # noqa: PLC0415 - only a wrong call needs them

    paths = [".".join((group, *path)) for group, model in GROUPS.items() for path, _ in parts_of(model)]
    same = [one for one in paths if one.replace(".", "_") == given.replace("-", "_").replace(".", "_")]
    path = same[0] if same else words.OPTIONS.get(given)
    return words.AS_SETTING.format(variable=path.replace(".", "_").upper(), path=path) if path else None


def _plain(given: str) -> str:
    return "…" if ADDRESS in given else one_line(given, LONGEST)
