"""Turns the error of a failed call into words for people: the sentence and the cure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bitrix.causes import Cause, Side, Trouble
from worker.words.cause_text import Explanation
from worker.words.cause_words import CATALOGUE
from worker.words.codes import TOKEN_FAULTS, TokenFault
from worker.words.page import short_spans
from worker.words.phrase import NOTHING, Phrase, in_sentences, unchanged

SIDES: Mapping[str, Phrase] = {
    "portal": Phrase("портал", "the portal"),
    "engine": Phrase("движок", "the engine"),
    "ledger": Phrase("журнал", "the ledger"),
    "token": Phrase("сервер токенов", "the token server"),
}


def _settings(address: str, group: str) -> Mapping[str, str]:
    names = ("ca_file", "client_cert", "client_key", "proxy")
    return {"address": address} | {name: f"{group}_{name}".upper() if group else "" for name in names}


SETTINGS: Mapping[str, Mapping[str, str]] = {
    "portal": _settings("BITRIX_WEBHOOK_URL", "bitrix"),
    "engine": _settings("CAMUNDA_BASE_URL", "camunda"),
    "token": _settings("CAMUNDA_AUTH_OAUTH2_TOKEN_URL", "camunda"),
    "ledger": _settings("LEDGER_URL", ""),
}
SIZE = Phrase(", {bytes} байт", ", {bytes} bytes")
FREE = Phrase(", свободно {megabytes} МБ", ", {megabytes} MB free")
SENT = Phrase(" {bytes} байт", " of {bytes} bytes")
USUAL = Phrase(", обычно {span}", ", usually {span}")
HERE = Phrase(
    "Сначала проверьте машину воркера: секунда вычислений длится на ней {stretch} с, и быстрые ответы кажутся "
    "медленными. ",
    "First check the worker's machine: a second of computing lasts {stretch} s on it, which makes quick answers seem "
    "slow. ",
)
CALLED = Phrase("{said} (вызов {call})", "{said} (call {call})")
MEGABYTE = 1_000_000
KNOWN = frozenset(cause.value for cause in Cause)
OF_EVERY_CALL = frozenset(
    (
        *(Cause.REFUSED, Cause.UNKNOWN_NAME, Cause.NO_ROUTE, Cause.CONNECT_TIMEOUT),
        *(Cause.PROXY_UNREACHABLE, Cause.PROXY_LOGIN, Cause.PROXY_REFUSED),
        *(Cause.TLS_AUTHORITY, Cause.TLS_NAME, Cause.TLS_EXPIRED, Cause.TLS_FAILED, Cause.TLS_FILES),
        *(Cause.TLS_CLIENT_MISSING, Cause.TLS_CLIENT, Cause.TLS_CLIENT_ENDED, Cause.PLAIN_HTTP, Cause.TLS_EXPECTED),
        *(Cause.WEBHOOK_UNKNOWN, Cause.WEBHOOK_EXPIRED, Cause.USER_BLOCKED, Cause.HTTPS_REQUIRED, Cause.PORTAL_CLOSED),
    )
)
"""Causes that any call to the side would meet: they are over once one succeeds."""
OF_A_MOMENT = OF_EVERY_CALL | {Cause.NO_ANSWER, Cause.CLOSED, Cause.GATEWAY}
"""With those that one call may meet though others succeed: over for a call that is not made again."""
UNSAID = re.compile(r" ?\(\)|:? ?$")
"""What an unknown fact leaves in a sentence, to be removed."""


def trouble_of(error: object) -> Trouble | None:
    """The facts of an error of the portal, the engine or the ledger, or of what is no error; None if there are none."""
    trouble = error if isinstance(error, Trouble) else getattr(error, "trouble", None)
    return trouble if isinstance(trouble, Trouble) else None


def explained(trouble: Trouble) -> Explanation:
    """The explanation of a failed call's cause, with the call's facts filled in."""
    found = CATALOGUE[trouble.cause]
    facts = _facts(trouble)
    sentence = found.sentence.format(**facts)
    bare = Phrase(UNSAID.sub("", sentence.ru), UNSAID.sub("", sentence.en))
    return replace(found, sentence=bare, cure=found.cure.format(**facts))


def in_words(error: object) -> Phrase:
    """What happened, then the name of the call if known. An error without a `trouble` is shown in its own words."""
    trouble = trouble_of(error)
    if trouble is None:
        return _own_words(error)
    sentence = explained(trouble).sentence
    named = not trouble.call or trouble.call in sentence.en
    return sentence if named else CALLED.format(said=sentence, call=trouble.call)


def cure_after(error: object) -> Phrase:
    """How to fix it; empty if the error has no cause."""
    trouble = trouble_of(error)
    return explained(trouble).cure if trouble else NOTHING


def with_cure(error: object) -> Phrase:
    """What happened and, if the error has a cause, how to fix it."""
    return in_sentences(in_words(error), cure_after(error))


def with_needed_cure(error: object) -> Phrase:
    """The same, but the cure only of what does not pass without a person: of the rest the pause of the side says it."""
    return in_words(error) if passes(error) else with_cure(error)


def name_of(error: object) -> str | None:
    """The name of the error's cause, to be stored; None if the error has no cause."""
    trouble = trouble_of(error)
    return trouble.cause.value if trouble else None


def cure_of(name: str | None, side: Side) -> Phrase:
    """How to fix a stored cause. Empty if `name` is None, or stored by a later version with more causes."""
    return explained(Trouble(side, Cause(name))).cure if name in KNOWN else NOTHING


def cure_left(name: str | None, side: Side, *, works: bool, again: bool = True) -> Phrase:
    """The same, as far as something is left to fix. `works`: whether the side works now.

    `again` False: the call that failed is not simply made again, but looked up.
    """
    over = works and name in (OF_EVERY_CALL if again else OF_A_MOMENT)
    return NOTHING if over else cure_of(name, side)


def passes(error: object) -> bool:
    """Whether the trouble may end by itself, without a person."""
    trouble = trouble_of(error)
    return trouble is None or CATALOGUE[trouble.cause].passes


def _own_words(error: object) -> Phrase:
    phrase = getattr(error, "phrase", error)
    return phrase if isinstance(phrase, Phrase) else unchanged(str(error))


def _said(trouble: Trouble) -> Phrase | str:
    """The other side's words, or what is wrong with its answer: an answer with a token in it is not quoted."""
    odd = trouble.cause is Cause.TOKEN_ODD and trouble.said in TOKEN_FAULTS
    return TokenFault(trouble.said).phrase if odd else trouble.said


def _times(trouble: Trouble) -> Mapping[str, object]:
    took, usual, at_once = trouble.took, trouble.usual, trouble.at_once
    return {
        "took": "…" if took is None else short_spans(took),
        "usual": "" if usual is None else USUAL.format(span=short_spans(usual)),
        "at_once": "…" if at_once is None else at_once,
        "stretch": "…" if trouble.stretch is None else round(trouble.stretch),
        "here": "" if trouble.stretch is None else HERE.format(stretch=round(trouble.stretch)),
        "rate": round(at_once * 60 / took) if took and at_once else "…",
    }


def _facts(trouble: Trouble) -> Mapping[str, object]:
    return {
        "side": SIDES[trouble.side],
        "at": f" ({trouble.place})" if trouble.place else "",
        "http": f", HTTP {trouble.status}" if trouble.status else "",
        "size": SIZE.format(bytes=trouble.size) if trouble.size is not None else "",
        "sent": SENT.format(bytes=trouble.sent) if trouble.sent is not None else "",
        "free": FREE.format(megabytes=trouble.free // MEGABYTE) if trouble.free is not None else "",
        "said": _said(trouble),
        **_times(trouble),
        "code": trouble.code,
        "call": trouble.call,
        **SETTINGS[trouble.side],
    }
