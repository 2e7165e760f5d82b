"""Why a call has failed, for people: the sentence and the cure, in the language of the log."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bitrix.causes import Cause, Side, Trouble
from worker.words.cause_text import Told
from worker.words.cause_words import CATALOGUE
from worker.words.faults import Language

LANGUAGES: tuple[Language, Language] = ("ru", "en")
SIDES: Mapping[str, tuple[str, str]] = {
    "portal": ("портал", "the portal"),
    "engine": ("движок", "the engine"),
    "ledger": ("журнал", "the ledger"),
}
"""In Russian and in English."""
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "portal": {"address": "BITRIX_WEBHOOK_URL", "ca_file": "BITRIX_CA_FILE", "proxy": "BITRIX_PROXY"},
    "engine": {"address": "CAMUNDA_BASE_URL", "ca_file": "CAMUNDA_CA_FILE", "proxy": "CAMUNDA_PROXY"},
    "ledger": {"address": "LEDGER_URL", "ca_file": "", "proxy": ""},
}
KNOWN = frozenset(cause.value for cause in Cause)
UNSAID = re.compile(r" ?\(\)|:? ?$")
"""What a fact that is not known leaves behind."""


def trouble_of(error: object) -> Trouble | None:
    """What an error of one of the doors tells; None: it is none of theirs."""
    trouble = getattr(error, "trouble", None)
    return trouble if isinstance(trouble, Trouble) else None


def explained(trouble: Trouble, language: Language) -> Told:
    """One sentence and one cure."""
    found = CATALOGUE[trouble.cause]
    told = found.ru if language == "ru" else found.en
    facts = _facts(trouble, language)
    return Told(UNSAID.sub("", told.sentence.format(**facts)), told.cure.format(**facts))


def in_words(error: object, language: Language) -> str:
    """What has happened, with the call where one is known; whatever is no error of the doors says it itself."""
    trouble = trouble_of(error)
    if trouble is None:
        return str(error)
    sentence = explained(trouble, language).sentence
    return f"{trouble.call}: {sentence}" if trouble.call else sentence


def with_cure(error: object, language: Language) -> str:
    """The same, and what a person can do about it."""
    trouble = trouble_of(error)
    cure = f". {explained(trouble, language).cure}" if trouble else ""
    return in_words(error, language) + cure


def name_of(error: object) -> str | None:
    """The name of its cause, to be written down; None where none is known."""
    trouble = trouble_of(error)
    return trouble.cause.value if trouble else None


def cure_of(name: str | None, side: Side, language: Language) -> str:
    """What a person can do about a cause that was written down; empty where none was, or a later version's."""
    return explained(Trouble(side, Cause(name)), language).cure if name in KNOWN else ""


def passes(error: object) -> bool:
    """Whether it may end without a person."""
    trouble = trouble_of(error)
    return trouble is None or CATALOGUE[trouble.cause].passes


def _facts(trouble: Trouble, language: Language) -> Mapping[str, object]:
    russian = language == "ru"
    size, sent = ("{} байт", "{} байт") if russian else ("{} bytes", "of {} bytes")
    return {
        "side": SIDES[trouble.side][0 if russian else 1],
        "at": f" ({trouble.place})" if trouble.place else "",
        "http": f", HTTP {trouble.status}" if trouble.status else "",
        "size": f", {size.format(trouble.size)}" if trouble.size is not None else "",
        "sent": f" {sent.format(trouble.sent)}" if trouble.sent is not None else "",
        "said": trouble.said,
        "code": trouble.code,
        "call": trouble.call,
        **SETTINGS[trouble.side],
    }
