"""Reads yes and no as the portal writes them: booleans, "Y" and "N", numbers, and words."""

from __future__ import annotations

YES = frozenset({"1", "1.0", "y", "yes", "true", "on", "ok", "да"})
NO = frozenset({"", "0", "0.0", "n", "no", "false", "off", "none", "null", "нет"})


def flag(value: object) -> bool | None:
    """The value as a boolean; null counts as no. None: neither yes nor no. Text counts by its word: "false" is no."""
    match value:
        case bool():
            return value
        case None:
            return False
        case int() | float() | str():
            word = str(value).strip().lower()
            return True if word in YES else False if word in NO else None
        case _:
            return None


def says_yes(value: object) -> bool:
    """Whether the value clearly means yes."""
    return flag(value) is True
