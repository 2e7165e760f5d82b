"""The part of `check` about what ends: the certificates of both sides, our own ones, and the token for the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import requests

from bitrix import transport, wire
from bitrix.certificates import client_fault, ends_at, file_ends_at
from bitrix.diagnosis import place_of
from bitrix.proxy import Route
from worker.commands.check.finding import Finding, not_checked
from worker.config.engine_auth import TokenFileFault, read_token
from worker.config.settings import Settings
from worker.config.tls import UNVERIFIED
from worker.engine import web_token
from worker.words import look_names as names
from worker.words.phrase import Phrase

SOON = timedelta(days=14)
SECONDS = 10.0
ENDS = Phrase("действует до {when}, осталось дней: {days}", "ends {when}, days left: {days}")
ENDED = Phrase("истёк {when}", "ended {when}")
NO_END = Phrase("без срока, или он неизвестен", "no end, or it is not known")
FROM_SERVER = Phrase(
    "от {place}, воркер обновляет его сам",
    "from {place}, the worker renews it by itself",
)
NEW_CERTIFICATE = Phrase("выпустите новый сертификат", "issue a new certificate")
NEW_TOKEN = Phrase("выпустите новый токен", "issue a new token")
IN_TIME = Phrase("{cure}, пока этот не истёк", "{cure} before this one ends")
NOT_VERIFIED = Phrase("не проверяется", "not verified")


def ends_of(settings: Settings, *, engine_answers: bool = True) -> Iterator[Finding]:
    """What ends and when; servers and files that cannot be read are left to the other checks.

    `engine_answers` False: nothing proves that the token server gives tokens.
    """
    camunda, bitrix = settings.camunda, settings.bitrix
    yield from _server("camunda", names.ENGINE_CERTIFICATE, camunda.base_url, camunda.route)
    yield from _server("bitrix", names.PORTAL_CERTIFICATE, bitrix.webhook_url.portal, bitrix.route)
    for name, route in ((names.OUR_CERTIFICATE_ENGINE, camunda.route), (names.OUR_CERTIFICATE_PORTAL, bitrix.route)):
        if route.client_cert and client_fault(route.client_cert, route.client_key) is None:
            yield _of_end(name, file_ends_at(route.client_cert), NEW_CERTIFICATE, file=route.client_cert)
    yield from _token(settings, engine_answers=engine_answers)


def _server(side: str, name: Phrase, address: str, route: Route) -> Iterator[Finding]:
    if not address.startswith("https:"):
        return
    if not route.verify_tls:
        cure = UNVERIFIED.format(side=side)
        cure = Phrase(f"{side}.verify_tls: {cure.ru}", f"{side}.verify_tls {cure.en}")
        yield Finding(name, good=False, seen=NOT_VERIFIED, cure=cure, essential=False)
    try:
        shown = _shown_by(address, route)
    except (requests.RequestException, ValueError):
        return
    if shown and route.verify_tls:
        yield _of_end(name, ends_at(shown), NEW_CERTIFICATE)


def _shown_by(address: str, route: Route) -> bytes | None:
    """The certificate (DER) that answers at this address. Raises what `requests` raises."""
    seen: list[bytes] = []
    made = transport.session(user_agent=transport.USER_AGENT, max_connections=1, route=route)
    with made, wire.under(wire.Terms(on_certificate=seen.append)):
        made.head(address, timeout=(SECONDS, SECONDS), allow_redirects=False)
    return seen[0] if seen else None


def _token(settings: Settings, *, engine_answers: bool) -> Iterator[Finding]:
    auth = settings.camunda.auth
    if auth.token:
        yield _of_end(names.ENGINE_TOKEN, web_token.ends_at(auth.token.get_secret_value()), NEW_TOKEN)
    elif auth.token_file:
        try:
            ends = web_token.ends_at(read_token(auth.token_file))
        except TokenFileFault:
            return
        yield _of_end(names.ENGINE_TOKEN, ends, NEW_TOKEN, soon=timedelta())  # whoever writes the file renews it
    elif auth.oauth2.token_url and not engine_answers:
        yield not_checked(names.ENGINE_TOKEN, essential=False)
    elif auth.oauth2.token_url:
        seen = FROM_SERVER.format(place=place_of(auth.oauth2.token_url))
        yield Finding(names.ENGINE_TOKEN, good=True, seen=seen, essential=False)


def _of_end(
    name: Phrase, ends: datetime | None, cure: Phrase, *, soon: timedelta = SOON, file: str | None = None
) -> Finding:
    if ends is None:
        return Finding(name, good=True, seen=NO_END, essential=False)
    left = ends - datetime.now(UTC)
    has_ended = left < timedelta()
    seen = (ENDED if has_ended else ENDS).format(when=f"{ends.astimezone():%Y-%m-%d %H:%M %z}", days=left.days)
    shown = Phrase(f"{file}, {seen.ru}", f"{file}, {seen.en}") if file else seen
    return Finding(
        name, good=left > soon, seen=shown, cure=cure if has_ended else IN_TIME.format(cure=cure), essential=False
    )
