"""The secrets of this process, and the functions that mask them in every output.

A process has one set of secrets, from its settings (`keep`). A peer may echo any of them, bare or encoded: for an
address, for JSON or HTML, or in base64 among other bytes.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 6
"""Shorter secrets occur in ordinary words: they are masked only as they are sent; the configuration warns of them."""
SHORTEST_CORE = 8
"""Characters of base64; shorter runs occur by chance."""
LONGEST_FORM = 24_000
"""Characters beyond a cut that are masked with the text: a secret that begins before the cut may end after it."""
SLASH = r"(?:\\*/|%(?:25)*2F)"
WEBHOOK = re.compile(rf"(?P<rest>rest{SLASH}(?:api{SLASH})?)[0-9]+{SLASH}[^\s/?#'\"<>%\\]+", re.IGNORECASE)
TOKEN = re.compile(r"(?P<name>(?:[?&;]|\\u0026)(?:auth|token|sessid|access_token)=)[^&\s\"'<>\\]+", re.IGNORECASE)
"""In an address, such as that of a file to download: whoever has it needs no login."""
JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
"""A JSON Web Token, which is somebody's login: two JSON objects in Base64, with a dot between them."""
SIGNS = ("rest", "auth=", "token=", "sessid=", "eyj")
"""Without one of these, none of the patterns above can match: to look for plain words takes a tenth of their time."""
NEWEST = 4
"""How many secrets that the process got while running are masked: a peer may still repeat a replaced one."""
NOTHING = re.compile(r"(?!)")
NAMED = ("password", "client_secret", "token")
"""What forms and addresses call a secret."""


class _Kept:
    """Holds the pattern of all encoded forms of all secrets: those of the settings, and the newest of a run."""

    def __init__(self) -> None:
        self.pattern = NOTHING
        self.signs: tuple[str, ...] = SIGNS
        self._guard = threading.Lock()
        self._settings: frozenset[str] = frozenset()
        self._is_own: Callable[[str], bool] = _never
        self._newest: deque[str] = deque(maxlen=NEWEST)

    def replace(self, forms: Iterable[str], is_own: Callable[[str], bool]) -> None:
        with self._guard:
            self._settings, self._is_own = frozenset(forms), is_own
            self._newest.clear()
            self._compile()

    def add(self, secret: str) -> None:
        with self._guard:
            if secret not in self._newest:
                self._newest.append(secret)
                self._compile()

    def _compile(self) -> None:
        forms = {one for one in self._settings.union(*map(_forms, self._newest)) if not self._is_own(one)}
        longest_first = sorted(forms, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else NOTHING
        self.signs = (*SIGNS, *map(_folded, forms))


def _never(_: str) -> bool:
    return False


_kept = _Kept()


def keep(
    secrets: Iterable[str],
    credentials: Iterable[tuple[str, str]] = (),
    is_own: Callable[[str], bool] = _never,
) -> None:
    """From now on, mask these secrets and no others. `credentials`: pairs of user and password, as sent in a header.

    `is_own`: whether the program itself writes a text, such as a name. A secret like it is masked as a short one is.
    """
    some = frozenset(secrets)
    forms = {form for secret in some for form in (_forms(secret) if len(secret) >= SHORTEST else _as_sent(secret))}
    forms |= {form for secret in some if is_own(secret) for form in _as_sent(secret)}
    forms |= {form for user, password in credentials for form in _as_header(f"{user}:{password}")}
    _kept.replace(forms, is_own)


def keep_too(secret: str) -> None:
    """Also mask this secret, such as a token, which the process got while running. Only the `NEWEST` are kept."""
    if len(secret) >= SHORTEST:
        _kept.add(secret)


def hide(text: str) -> str:
    """Mask every secret of this process, the secret of any webhook, tokens in addresses, and any JSON Web Token."""
    folded = _folded(text)
    if not any(sign in folded for sign in _kept.signs):
        return text
    text = JWT.sub(HIDDEN, text)
    return TOKEN.sub(r"\g<name>***", _kept.pattern.sub(HIDDEN, scrub(text)))


def shortened(text: str, longest: int) -> str:
    """The beginning of the text, its secrets masked before the cut: a secret cut in half would not be recognised."""
    return hide(text[: longest + LONGEST_FORM])[:longest]


def scrub(text: str) -> str:
    """Mask the secret of any webhook, not only of the configured one."""
    return WEBHOOK.sub(r"\g<rest>***", text)


def _folded(text: str) -> str:
    """The same for all texts that a pattern which ignores case takes for equal."""
    return text.casefold().replace("i̇", "i").replace("ı", "i")


def _forms(secret: str) -> Iterator[str]:
    address = quote(secret, safe="")
    yield from (secret, address, quote(secret), quote(address, safe=""), quote_plus(secret))
    yield re.sub("%..", lambda code: code[0].lower(), address)
    for ascii_only in (True, False):
        in_json = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield from (in_json, in_json.replace("/", "\\/"))
    yield from (html.escape(secret), html.escape(secret, quote=False), repr(secret)[1:-1])
    yield from _in_base64(secret.encode("utf-8", "surrogatepass"))


def _as_sent(secret: str) -> Iterator[str]:
    """The secret in an address and in a form, where nothing else looks like it."""
    for said in (secret, quote(secret, safe=""), quote_plus(secret)) if secret else ():
        yield from (f":{said}@", *(f"{name}={said}" for name in NAMED))


def _as_header(pair: str) -> Iterator[str]:
    """The pair as in `Authorization: Basic`; `requests` encodes it in Latin-1, other clients in UTF-8."""
    for encoding in ("utf-8", "latin-1"):
        raw = pair.encode(encoding, "replace")
        yield from {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}


def _in_base64(secret: bytes) -> Iterator[str]:
    """The part of the secret's Base64 that does not depend on the bytes around it, for each of three alignments."""
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            core = encode(b"\0" * before + secret).decode()[first:end]
            if len(core) >= SHORTEST_CORE:
                yield core
