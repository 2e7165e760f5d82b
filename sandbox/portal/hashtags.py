"""Hashtags in the texts of a task become its tags, as on a real portal, in a create and in an update."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HASHTAG = re.compile(r"\s#([^\s,\[\]<>]+)")
"""The portal's own pattern: it runs over a blank with the title, and over the description."""


def tags(fields: Mapping[str, Any], before: Any = None) -> dict[str, list[str]]:
    """TAGS of a task with these fields; empty if neither they nor their texts name any. `before`: the task's tags."""
    given = fields.get("TAGS", before)
    named = given.split(",") if isinstance(given, str) else list(given or [])
    found = HASHTAG.findall(f" {fields.get('TITLE') or ''}") + HASHTAG.findall(str(fields.get("DESCRIPTION") or ""))
    merged = [*named, *dict.fromkeys(tag for tag in found if tag not in named)]
    return {"TAGS": merged} if merged or "TAGS" in fields else {}
