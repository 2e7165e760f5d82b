"""Reads when certificates expire, and finds what is wrong with the worker's own PEM files for TLS."""

from __future__ import annotations

import os
import re
import ssl
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum

from bitrix.named_files import opened

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(?P<der>[^-]+)-----END CERTIFICATE-----")
KEY = "PRIVATE KEY-----"
VERSION, UTC_TIME = 0xA0, 0x17
"""Tags of DER (X.690) in a certificate (RFC 5280, 4.1)."""
LARGEST_FILE = 4_000_000


class PemFault(StrEnum):
    """Why files cannot be used for TLS."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NO_FILE = "no_file"
    """A folder or a pipe."""
    NO_CERTIFICATE = "no_certificate"
    NO_KEY = "no_key"
    KEY_LOCKED = "key_locked"
    OTHER_KEY = "other_key"
    BROKEN = "broken"


MAY_COME = frozenset({PemFault.UNREADABLE, PemFault.EMPTY})
"""Whoever renews the files may be late, or at work just now."""


class _KeyLocked(Exception):
    """The key has a password: OpenSSL asks for it."""


def authorities_fault(ca_file: str) -> PemFault | None:
    """What is wrong with a file of trusted authorities; None: nothing."""
    return _with_certificate(ca_file) or _loaded(lambda context: context.load_verify_locations(cafile=ca_file))


def client_fault(cert: str, key: str | None) -> PemFault | None:
    """What is wrong with the worker's certificate and key; None: nothing. `key` None: it is in the file `cert`."""
    if fault := _with_certificate(cert):
        return fault
    text = _text(key or cert)
    if text is None or not text.strip():
        return _absence(key or cert, text)
    if KEY not in text:
        return PemFault.NO_KEY
    return _loaded(lambda context: context.load_cert_chain(cert, key, password=_ask))


def file_ends_at(path: str) -> datetime | None:
    """When the first certificate of a PEM file, its owner's, expires; None if it cannot be read."""
    found = CERTIFICATE.search(_text(path) or "")
    try:
        return ends_at(b64decode(found["der"])) if found else None
    except ValueError:
        return None


def ends_at(der: bytes) -> datetime | None:
    """When a certificate in DER expires; None if these bytes are not a certificate."""
    try:
        (_, certificate), *_ = _parts(der)
        (_, signed), *_ = _parts(certificate)
        fields = [content for tag, content in _parts(signed) if tag != VERSION]
        _, (tag, told) = _parts(fields[3])  # after number, algorithm and issuer: from when until when
        form = "%y%m%d%H%M%SZ" if tag == UTC_TIME else "%Y%m%d%H%M%SZ"
        return datetime.strptime(told.decode("ascii"), form).replace(tzinfo=UTC)
    except (ValueError, IndexError):
        return None


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of each element."""
    at = 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size & 0x80:
            length = size & 0x7F
            size, at = int.from_bytes(der[at : at + length], "big"), at + length
        yield tag, der[at : at + size]
        at += size


def _loaded(load: Callable[[ssl.SSLContext], None]) -> PemFault | None:
    try:
        load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except _KeyLocked:
        return PemFault.KEY_LOCKED
    except ssl.SSLError as error:
        return PemFault.OTHER_KEY if "MISMATCH" in (error.reason or "") else PemFault.BROKEN
    except OSError:
        return PemFault.UNREADABLE
    return None


def _ask() -> str:
    raise _KeyLocked


def _with_certificate(path: str) -> PemFault | None:
    text = _text(path)
    if text is None or not text.strip():
        return _absence(path, text)
    return None if "-----BEGIN " in text and "CERTIFICATE-----" in text else PemFault.NO_CERTIFICATE


def _absence(path: str, text: str | None) -> PemFault:
    """Why a file gives nothing."""
    if text is not None:
        return PemFault.EMPTY
    return PemFault.NO_FILE if os.path.exists(path) and not os.path.isfile(path) else PemFault.UNREADABLE  # noqa: PTH110, PTH113 - no error


def _text(path: str) -> str | None:
    """The file; None if it cannot be read."""
    try:
        with opened(path) as file:
            return file.read(LARGEST_FILE).decode("latin-1")
    except OSError:
        return None
