"""Defines where the worker saves files of a process on the portal's Disk, and how large they may be."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from worker.config.setting_types import Group
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

OWNER, COMMON = "owner", "common"
_STORAGE = re.compile(r"owner|common|(group|user):[1-9][0-9]{0,9}")
_FORBIDDEN = re.compile(r"[\\/:*?\"'<>|{}%&~#]")


def _storage(value: object) -> object:
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _STORAGE.fullmatch(text):
        raise InvalidSetting(
            Phrase("нужно: owner, common, group:12 или user:7", "must be owner, common, group:12 or user:7")
        )
    return text


def _folder(value: object) -> object:
    text = value.strip() if isinstance(value, str) else ""
    if not text.strip(".") or _FORBIDDEN.search(text) or len(text) > 100:
        raise InvalidSetting(
            Phrase(
                "нужно имя папки до 100 символов, не из одних точек, без / \\ : * ? \" ' < > | { } % & ~ #",
                "must be a folder's name of at most 100 characters, not of dots alone, "
                "without / \\ : * ? \" ' < > | { } % & ~ #",
            )
        )
    return text


class FileSettings(Group):
    """Files of processes on the portal's Disk."""

    storage: Annotated[str, BeforeValidator(_storage)] = OWNER
    """`owner`: the storage of the webhook's owner; `common`: the company's; `group:12`; `user:7`."""
    folder: Annotated[str, BeforeValidator(_folder)] = "Camunda"
    """In the root of the storage. Made if it is not there."""
    max_megabytes: Annotated[float, Field(gt=0, le=100)] = 20.0
    """In Base64 a file is a third larger; what the portal's servers take must exceed that."""
