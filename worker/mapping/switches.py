"""Reads the switches of a task, yes or no, and its estimated time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix.flags import flag
from worker.mapping.spans import span
from worker.mapping.unfit import Unfit

PARAMETERS: Mapping[str, int] = {"DATES_FROM_SUBTASKS": 1, "COMPLETE_WITH_SUBTASKS": 2, "REQUIRE_RESULT": 3}
"""The portal keeps these three in one field, `SE_PARAMETER`, by their codes."""
MOST_SECONDS = 2**31 - 1


def switch(value: Any) -> str:
    """`Y` or `N`: the portal takes exactly these. Raises `Unfit` for a word that is neither yes nor no."""
    known = flag(value)
    if known is None:
        raise Unfit(value, "flag")
    return "Y" if known else "N"


def seconds(value: Any, number: int | None) -> int | None:
    """A time in seconds; None for 0, which is how the portal writes "none". `number`: the value as a whole number."""
    if number is None and isinstance(value, str) and (length := span(value)):
        if length.months or length.days or length.working_days:
            raise Unfit(value, "seconds")
        number = length.seconds + 60 * length.working_minutes
    if number is None or not 0 <= number <= MOST_SECONDS:
        raise Unfit(value, "seconds")
    return number or None


def with_parameters(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with `PARAMETERS` as the portal takes them. What `SE_PARAMETER` holds already takes precedence."""
    said = {PARAMETERS[name]: value for name, value in fields.items() if name in PARAMETERS}
    others = {name: value for name, value in fields.items() if name not in PARAMETERS}
    given = list(others.get("SE_PARAMETER", ()))
    codes = {row["CODE"] for row in given}
    rows = [*given, *({"CODE": code, "VALUE": value} for code, value in sorted(said.items()) if code not in codes)]
    return others | ({"SE_PARAMETER": rows} if rows else {})
