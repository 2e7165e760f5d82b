"""Yes and no as the portal writes them: PHP's booleans, its modules' "Y" and "N", and their texts."""

from __future__ import annotations

YES = frozenset({"1", "1.0", "y", "yes", "true", "on", "ok", "да"})
NO = frozenset({"", "0", "0.0", "n", "no", "false", "off", "none", "null", "нет"})


def flag(value: object) -> bool | None:
    """What a value says; None: neither yes nor no. Text counts by its word: PHP takes "false" for true."""
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
    """Whether it is clearly a yes."""
    return flag(value) is True
