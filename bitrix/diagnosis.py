"""Finds the cause of a network exception, and the address to blame. The exception's text is not passed on."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import BadStatusLine
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from bitrix import wire
from bitrix.address import OWN_PORTS
from bitrix.causes import OF_OUR_FILES, Cause
from bitrix.certificates import authorities_fault, client_fault, file_ends_at
from bitrix.proxy import Route
from bitrix.refusals import NO_LOGIN, HandshakeError, OwnFileGone, ProxyRefused

KINDS: Mapping[type[BaseException], Cause] = {
    wire.Oversized: Cause.ANSWER_TOO_LONG,
    wire.Encoded: Cause.ANSWER_ENCODED,
    OwnFileGone: Cause.TLS_FILES,
    FileNotFoundError: Cause.TLS_FILES,
    NameResolutionError: Cause.UNKNOWN_NAME,
    requests.ConnectTimeout: Cause.CONNECT_TIMEOUT,
    ConnectionRefusedError: Cause.REFUSED,
    ReadTimeoutError: Cause.NO_ANSWER,
    requests.ReadTimeout: Cause.NO_ANSWER,
    TimeoutError: Cause.NO_ANSWER,
}
NAME_CODES = (62, 63, 64)
TIME_CODES = (9, 10)
"""OpenSSL's verification codes (X509_V_ERR_…): for another host (NAME), not valid at this time (TIME).

Every other code means that the certificate's authority is not trusted.
"""
NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
BAD_FILES = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_START_LINE", "BAD_BASE64_DECODE", "PEM_LIB")
"""The worker's own certificate or key: they came or were replaced after the start, which refuses such files."""
NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EACCES)
ALERT = "\x15\x03"
"""The first bytes of a TLS server's answer to plain HTTP."""
DEEPEST = 12


def place_of(address: str) -> str:
    """Host and port of an address, without its path and login."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{parts.port or OWN_PORTS.get(parts.scheme, 80)}"


def redirected_to(answer: requests.Response) -> str:
    """Scheme, host and port of a redirect's address, "" if there is none. Its path may hold the webhook's secret."""
    try:
        target = urlsplit(urljoin(answer.url, answer.headers.get("Location", "")))
        port = f":{target.port}" if target.port else ""
    except ValueError:  # no address at all
        return ""
    host = target.hostname or ""
    return f"{target.scheme}://{f'[{host}]' if ':' in host else host}{port}" if host else ""


class Diagnosis(NamedTuple):
    """Why a call failed. `place`: host and port to blame. `file`: our own file to blame, empty if it is none."""

    cause: Cause
    place: str
    file: str = ""


def diagnosed(error: requests.RequestException, address: str, route: Route) -> Diagnosis:
    """The diagnosis: the side at `address` is to blame, or the proxy in front of it."""
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, ProxyRefused) and route.proxy:
            login = one.status == NO_LOGIN
            return Diagnosis(Cause.PROXY_LOGIN if login else Cause.PROXY_REFUSED, place_of(route.proxy.address))
    cause = next((found for one in chain if (found := _cause(one))), None) or _by_step(chain)
    if route.proxy and _to_proxy(error, chain):
        return Diagnosis(Cause.PROXY_UNREACHABLE, place_of(route.proxy.address))
    cause, file = of_our_files(cause, "", route)
    return Diagnosis(cause, place_of(address), file)


def of_our_files(cause: Cause, said: str, route: Route) -> tuple[Cause, str]:
    """Look at our own files if the cause is about them: the cause in particular, and the path of the file to blame.

    Any other cause is returned as it is, with the words that were said.
    """
    if cause not in OF_OUR_FILES:
        return cause, said
    if cause is Cause.TLS_AUTHORITY:
        return cause, route.ca_file or ""
    if cause is Cause.TLS_FILES:
        return cause, _unusable(route)
    if route.client_cert is None:
        return Cause.TLS_CLIENT_MISSING, ""
    ends = file_ends_at(route.client_cert)
    ended = ends is not None and ends <= datetime.now(UTC)
    return (Cause.TLS_CLIENT_ENDED if ended else Cause.TLS_CLIENT), route.client_cert


def _unusable(route: Route) -> str:
    """The first of our files that cannot be used now; empty if all can: it came back meanwhile."""
    if route.ca_file and authorities_fault(route.ca_file):
        return route.ca_file
    if route.client_cert and client_fault(route.client_cert, route.client_key):
        return route.client_cert if authorities_fault(route.client_cert) else route.client_key or route.client_cert
    return ""


def _to_proxy(error: BaseException, chain: list[BaseException]) -> bool:
    """Whether connecting to the proxy failed. On a route with a proxy, every connection is one to the proxy."""
    direct = any(isinstance(one, NewConnectionError | ConnectTimeoutError) for one in chain)
    return (direct or isinstance(error, requests.ConnectTimeout)) and not any(
        isinstance(one, HandshakeError) for one in chain
    )


def _by_step(chain: list[BaseException]) -> Cause:
    """The cause by how far the call came, if no exception in the chain says more."""
    if any(isinstance(one, HandshakeError) for one in chain):
        return Cause.TLS_FAILED
    return Cause.NO_ROUTE if any(isinstance(one, NewConnectionError) for one in chain) else Cause.CLOSED


def _cause(error: BaseException) -> Cause | None:
    """The cause that one exception names by itself; None if it names none."""
    for kind, cause in KINDS.items():
        if isinstance(error, kind):
            return cause
    match error:
        case ConnectTimeoutError() if not isinstance(error, NewConnectionError):
            return Cause.CONNECT_TIMEOUT
        case ssl.SSLCertVerificationError():
            return _of_certificate(error)
        case ssl.SSLError():
            return _of_tls(error.reason or "")
        case BadStatusLine(args=(str(line), *_)) if ALERT in line or repr(ALERT)[1:-1] in line:
            return Cause.TLS_EXPECTED
        case OSError(errno=int(number)) if number in NO_WAY:
            return Cause.NO_ROUTE
    return None


def _of_tls(reason: str) -> Cause:
    """`reason`: OpenSSL's name. An alert comes from the server: if it names a certificate, that is the worker's."""
    if reason in NOT_TLS:
        return Cause.PLAIN_HTTP
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return Cause.TLS_CLIENT
    return Cause.TLS_FILES if reason in BAD_FILES else Cause.TLS_FAILED


def _of_certificate(error: ssl.SSLCertVerificationError) -> Cause:
    if error.verify_code in NAME_CODES:
        return Cause.TLS_NAME
    return Cause.TLS_EXPIRED if error.verify_code in TIME_CODES else Cause.TLS_AUTHORITY


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that `requests`, `urllib3` and Python wrapped in it, at most `DEEPEST`."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < DEEPEST:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        yield one
        inner = (getattr(one, "reason", None), getattr(one, "original_error", None), one.__cause__, one.__context__)
        waiting += [*(one.args if isinstance(one, requests.RequestException | ProtocolError) else ()), *inner]
