"""The content of a file on its way from the engine to the portal: read in pieces, kept once, in Base64."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileContent:
    """`size`: of the file in bytes. `digest`: tells contents apart."""

    base64: bytes
    size: int
    digest: str


def read(pieces: Iterator[bytes]) -> FileContent:
    """The content in Base64, which is all that is kept of it."""
    digest, size, text, rest = hashlib.sha256(), 0, bytearray(), b""
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        whole = rest + piece
        end = len(whole) - len(whole) % 3
        text += b64encode(whole[:end])
        rest = whole[end:]
    return FileContent(bytes(text + b64encode(rest)), size, digest.hexdigest())
