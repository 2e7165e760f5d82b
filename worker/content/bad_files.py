"""A file that cannot be attached to a task, for its own reason: it is gone, empty or too large."""

from __future__ import annotations


class BadFile(Exception):
    """`file`: as people know it. `kind`: the key of the reason; `detail`: what the reason names."""

    def __init__(self, file: str, kind: str, detail: str = "") -> None:
        self.file = file
        self.kind = kind
        self.detail = detail
        super().__init__(f"{file}: {kind} {detail}".strip())
