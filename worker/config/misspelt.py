"""Finds environment variables that nothing reads but that were probably meant for a setting."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from worker.config.old_environment import is_old
from worker.config.settings import GROUPS
from worker.mapping.name_slips import one_slip
from worker.words.config_faults import Problem
from worker.words.phrase import NOTHING, Phrase

FOREIGN_NAMES = frozenset({"BITRIX_CONTRACT_WEBHOOK_URL", "BITRIX_CONTRACT_STEP"})
"""Names with one of our prefixes that are not settings of the worker."""
OWN_PREFIXES = ("CAMUNDA_", "BITRIX_")
"""No other program uses these prefixes: a name roughly like a setting was meant for it."""
SHARED_PREFIXES = ("HTTP_", "LOG_", "SYNC_")
"""Other programs use these prefixes too: HTTPS_PORT is not a misspelt HTTP_PORT."""
ONLY_IN_THE_FILE = re.compile(r"((CAMUNDA|BITRIX)_)?TOPICS(_.*)?|(CAMUNDA|BITRIX)_TOPIC(_.*)?")
OTHER_WORDS = {"PATH": "URL", "DB": "URL", "DATABASE": "URL", "DSN": "URL", "URI": "URL"}
"""What other programs call a setting of ours, as the last word of its name."""
OF_KUBERNETES = re.compile(r"\w+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)")
"""Each service of a namespace becomes variables of every container there, unless `enableServiceLinks` is false."""
A_LINK = re.compile(r"(tcp|udp|sctp)://.*")
"""The value of `…_PORT` then."""
SHORTEST = 3
"""How many letters an abbreviation of a word has at least: fewer are found in too many words."""
NO_SETTING = Phrase("такой настройки нет: {meant}?", "is not a setting: {meant}?")
NO_VARIABLE = Phrase(
    "ни на что не влияет: топики задаются в файле настроек, в topics",
    "nothing reads it: topics are set in the configuration file, under topics",
)


def misspelt(environ: Mapping[str, str], known: Collection[str]) -> Iterator[Problem]:
    """Warnings about variables that resemble one of `known`."""
    for name in sorted(name for name in environ if not is_old(name)):
        phrase = _unread(name, known) or _run_together(name, {one for one in known if not environ.get(one)})
        if phrase and not (OF_KUBERNETES.fullmatch(name) or (name.endswith("_PORT") and A_LINK.match(environ[name]))):
            yield Problem(name, phrase)


def _unread(name: str, known: Collection[str]) -> Phrase:
    """What is wrong with a name; empty: nothing."""
    bare = name.removesuffix("_FILE")
    if ONLY_IN_THE_FILE.fullmatch(bare):
        return NO_VARIABLE
    meant = None if {name, bare} & {*known, *FOREIGN_NAMES} else _meant(bare.upper(), known)
    return NO_SETTING.format(meant=meant) if meant else NOTHING


def _run_together(name: str, unset: Collection[str]) -> Phrase:
    """That it is one of these without its `_`: other programs have LOGLEVEL too, but not beside our own name."""
    bare = name.upper().removesuffix("_FILE")
    found = next((one for one in sorted(unset) if one != bare and one.replace("_", "") == bare.replace("_", "")), None)
    return NO_SETTING.format(meant=found) if found else NOTHING


def _meant(name: str, known: Collection[str]) -> str | None:
    """The setting that a misspelt variable was meant for; None: it may belong to another program."""
    words, is_ours = name.split("_"), name.partition("_")[0].lower() in GROUPS
    if not is_ours:
        known = [one for one in known if not one.startswith(SHARED_PREFIXES)]
    for alike in (
        lambda one: sorted(one.split("_")) == sorted(words),
        lambda one: is_ours and one_slip(name, one),
        lambda one: is_ours and len(words) > 1 and _left_out(words, one.split("_")),
        lambda one: is_ours and _shortened(words, one.split("_")),
    ):
        if found := sorted(filter(alike, known), key=len):
            return found[0]
    *first, last = words
    if (other := "_".join((*first, OTHER_WORDS.get(last, last)))) in known:
        return other
    close = difflib.get_close_matches(name, known, 1, cutoff=0.8 if name.startswith(OWN_PREFIXES) else 0.9)
    return close[0] if close else None


def _left_out(words: list[str], all_words: list[str]) -> bool:
    """Whether `words` are `all_words` with some left out, but not the first."""
    rest = iter(all_words)
    return words[0] == all_words[0] and all(word in rest for word in words)


def _shortened(words: list[str], all_words: list[str]) -> bool:
    """Whether `words` are `all_words` with some abbreviated, as in LOG_LANG, LOG_LVL; but not the first."""
    if words[0] != all_words[0] or len(words) != len(all_words):
        return False
    return all(one == other or _short_for(one, other) for one, other in zip(words, all_words, strict=True))


def _short_for(one: str, other: str) -> bool:
    rest = iter(other)
    return len(one) >= SHORTEST and one[0] == other[0] and all(letter in rest for letter in one)
