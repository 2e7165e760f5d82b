"""What must not be shown, and the one function that hides it on every way out.

A process has one set of secrets: those of its settings (`keep`). A peer may echo any of them, bare or as it was sent:
written for an address, for JSON or HTML, or in base64 among other text.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 6
"""Shorter ones are parts of ordinary words: they are hidden only together with their user name, and warned of."""
SHORTEST_CORE = 8
"""Of base64: what is shorter occurs by chance."""
LONGEST_FORM = 4000
"""How far a secret that begins within a text may reach beyond it, however it is written."""
SLASH = r"(?:\\*/|%(?:25)*2F)"
WEBHOOK = re.compile(rf"(?P<rest>rest{SLASH}(?:api{SLASH})?)[0-9]+{SLASH}[^\s/?#'\"<>%\\]+", re.IGNORECASE)
NOTHING = re.compile(r"(?!)")


class _Kept:
    """The pattern of all forms of all secrets."""

    def __init__(self) -> None:
        self.pattern = NOTHING


_kept = _Kept()


def keep(secrets: Iterable[str], credentials: Iterable[tuple[str, str]] = ()) -> None:
    """From now on, hide these and no others; `credentials`: user and password, as they go into a header."""
    forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
    forms |= {form for user, password in credentials for form in _as_header(f"{user}:{password}")}
    longest_first = sorted(forms, key=len, reverse=True)
    _kept.pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else NOTHING


def hide(text: str) -> str:
    """The text with every secret masked, and with every webhook's, whosever it is."""
    return _kept.pattern.sub(HIDDEN, scrub(text))


def shortened(text: str, longest: int) -> str:
    """Its beginning with every secret masked. Masked before it is cut: most of a secret would not be known for one."""
    return hide(text[: longest + LONGEST_FORM])[:longest]


def scrub(text: str) -> str:
    """The text with every webhook's secret masked, however it got there."""
    return WEBHOOK.sub(r"\g<rest>***", text)


def _forms(secret: str) -> Iterator[str]:
    address = quote(secret, safe="")
    yield from (secret, address, quote(secret), quote(address, safe=""), quote_plus(secret))
    yield re.sub("%..", lambda code: code[0].lower(), address)
    for ascii_only in (True, False):
        told = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield from (told, told.replace("/", "\\/"))
    yield from (html.escape(secret), html.escape(secret, quote=False), repr(secret)[1:-1])
    yield from _in_base64(secret.encode("utf-8", "surrogatepass"))


def _as_header(pair: str) -> Iterator[str]:
    """As `Authorization: Basic` bears it; `requests` writes it in Latin-1, others in UTF-8."""
    for encoding in ("utf-8", "latin-1"):
        raw = pair.encode(encoding, "replace")
        yield from {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}


def _in_base64(secret: bytes) -> Iterator[str]:
    """What remains of it in base64, wherever it begins among other bytes."""
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            core = encode(b"\0" * before + secret).decode()[first:end]
            if len(core) >= SHORTEST_CORE:
                yield core
