"""The body of a request that is sent in pieces: a file of many megabytes is never joined, copied or encoded whole."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body of `head`, the `content` in Base64, and `tail`. `size`: of the content, in bytes. Can be sent again.

    `requests` sends what has a length and is iterated piece by piece.
    """

    head: bytes
    content: Sequence[bytes]
    tail: bytes
    size: int

    def __len__(self) -> int:
        return len(self.head) + (self.size + 2) // 3 * 4 + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        yield from encoded(self.content)
        yield self.tail


def encoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All pieces together in Base64, piece by piece."""
    rest = b""
    for piece in pieces:
        whole = rest + piece
        end = len(whole) - len(whole) % 3
        yield b64encode(memoryview(whole)[:end])
        rest = whole[end:]
    yield b64encode(rest)
