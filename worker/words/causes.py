"""Why a call has failed, for people: the sentence and the cure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bitrix.causes import Cause, Side, Trouble
from worker.words.cause_text import Explanation
from worker.words.cause_words import CATALOGUE
from worker.words.phrase import NOTHING, Phrase, unchanged

SIDES: Mapping[str, Phrase] = {
    "portal": Phrase("портал", "the portal"),
    "engine": Phrase("движок", "the engine"),
    "ledger": Phrase("журнал", "the ledger"),
}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "portal": {"address": "BITRIX_WEBHOOK_URL", "ca_file": "BITRIX_CA_FILE", "proxy": "BITRIX_PROXY"},
    "engine": {"address": "CAMUNDA_BASE_URL", "ca_file": "CAMUNDA_CA_FILE", "proxy": "CAMUNDA_PROXY"},
    "ledger": {"address": "LEDGER_URL", "ca_file": "", "proxy": ""},
}
SIZE = Phrase(", {bytes} байт", ", {bytes} bytes")
SENT = Phrase(" {bytes} байт", " of {bytes} bytes")
KNOWN = frozenset(cause.value for cause in Cause)
UNSAID = re.compile(r" ?\(\)|:? ?$")
"""What a fact that is not known leaves behind."""


def trouble_of(error: object) -> Trouble | None:
    """What an error of one of the doors tells; None: it is none of theirs."""
    trouble = getattr(error, "trouble", None)
    return trouble if isinstance(trouble, Trouble) else None


def explained(trouble: Trouble) -> Explanation:
    """The explanation of its cause, with its facts."""
    found = CATALOGUE[trouble.cause]
    facts = _facts(trouble)
    sentence = found.sentence.format(**facts)
    bare = Phrase(UNSAID.sub("", sentence.ru), UNSAID.sub("", sentence.en))
    return replace(found, sentence=bare, cure=found.cure.format(**facts))


def in_words(error: object) -> Phrase:
    """What has happened, with the call where one is known; whatever is no error of the doors says it itself."""
    trouble = trouble_of(error)
    if trouble is None:
        return _own_words(error)
    sentence = explained(trouble).sentence
    return Phrase(f"{trouble.call}: {sentence.ru}", f"{trouble.call}: {sentence.en}") if trouble.call else sentence


def with_cure(error: object) -> Phrase:
    """The same, and what a person can do about it."""
    trouble = trouble_of(error)
    said = in_words(error)
    if trouble is None:
        return said
    cure = explained(trouble).cure
    return Phrase(f"{said.ru}. {cure.ru}", f"{said.en}. {cure.en}")


def name_of(error: object) -> str | None:
    """The name of its cause, to be written down; None where none is known."""
    trouble = trouble_of(error)
    return trouble.cause.value if trouble else None


def cure_of(name: str | None, side: Side) -> Phrase:
    """What a person can do about a cause that was written down; nothing where none was, or a later version's."""
    return explained(Trouble(side, Cause(name))).cure if name in KNOWN else NOTHING


def passes(error: object) -> bool:
    """Whether it may end without a person."""
    trouble = trouble_of(error)
    return trouble is None or CATALOGUE[trouble.cause].passes


def _own_words(error: object) -> Phrase:
    phrase = getattr(error, "phrase", error)
    return phrase if isinstance(phrase, Phrase) else unchanged(str(error))


def _facts(trouble: Trouble) -> Mapping[str, object]:
    return {
        "side": SIDES[trouble.side],
        "at": f" ({trouble.place})" if trouble.place else "",
        "http": f", HTTP {trouble.status}" if trouble.status else "",
        "size": SIZE.format(bytes=trouble.size) if trouble.size is not None else "",
        "sent": SENT.format(bytes=trouble.sent) if trouble.sent is not None else "",
        "said": trouble.said,
        "code": trouble.code,
        "call": trouble.call,
        **SETTINGS[trouble.side],
    }
