"""The process variables that the portal's resolvers get: plain values only, within a bound."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from worker.model import FetchedTask

STARTED_BY = "startedBy"
LONGEST_TEXT = 4000
"""Characters; what is longer is a document, and no resolver finds a person by it."""
MOST_BYTES = 256_000
"""Of all variables in one request."""


@dataclass(frozen=True, slots=True)
class ResolverVariables:
    """`values` by name, in JSON's types. `left_out`: names that did not fit."""

    values: Mapping[str, Any]
    left_out: tuple[str, ...] = ()


def resolver_variables(task: FetchedTask) -> ResolverVariables:
    """The variables of a task for the portal's resolvers; those of the engine itself come first, then the shortest.

    Lists, mappings, files and bytes are left out, as is text beyond `LONGEST_TEXT`: a resolver takes one plain value.
    """
    system = {"businessKey": task.business_key, "processInstanceId": task.process_instance_id}
    plain = {name: _plain(value) for name, value in task.variables.items() if _is_plain(value)} | system
    sizes = {name: len(json.dumps([name, value])) for name, value in plain.items()}
    values: dict[str, Any] = {}
    left_out: list[str] = []
    room = MOST_BYTES
    for name in sorted(plain, key=lambda name: (name not in (*system, STARTED_BY), sizes[name], name)):
        room -= sizes[name]
        if room < 0:
            left_out.append(name)
        else:
            values[name] = plain[name]
    return ResolverVariables(values, tuple(left_out))


def _is_plain(value: object) -> bool:
    match value:
        case None | bool() | int() | datetime() | date():
            return True
        case float():
            return math.isfinite(value)
        case str():
            return len(value) <= LONGEST_TEXT
        case _:
            return False


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
