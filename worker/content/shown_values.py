"""How process variables and answers are written for people in the description of a task."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from bitrix import reading
from bitrix.flags import flag
from worker.mapping.bbcode import harmless
from worker.mapping.template_values import BOOLEANS, TemplateFault, printed
from worker.model import UnreadableVariable
from worker.words.phrase import Language

DATE = "%d.%m.%Y"
YES = frozenset({"истина"})


class Names(Protocol):
    """Names in place of numbers; None: the portal shows none. Raises `PortalError`."""

    def person(self, user_id: int) -> str | None: ...
    def element(self, iblock_id: int, element_id: int) -> str | None: ...


class ShownValues:
    """Writes values by the types of the portal's module. Thread-safe. Raises `PortalError` if it gives no name."""

    def __init__(self, names: Names, language: Language = "ru") -> None:
        self._names = names
        self._language = language

    def of(self, value: Any, kind: str, iblock_id: int | None = None) -> str | None:
        """The value as text whose BBCode and `#tags` are disabled; empty for null; None: it cannot be written."""
        if isinstance(value, UnreadableVariable | bytes):
            return None
        several = list(value) if isinstance(value, list | tuple) else [value]
        texts = [self._one(one, kind, iblock_id) for one in several]
        return None if None in texts else harmless(", ".join(one for one in texts if one).strip())

    def _one(self, value: Any, kind: str, iblock_id: int | None) -> str | None:
        match kind:
            case "boolean":
                said = True if str(value).strip().lower() in YES else flag(value) if value is not None else None
                return self._plain(value) if said is None else BOOLEANS[said].in_(self._language).capitalize()
            case "date":
                return _day(value) or self._plain(value)
            case "user" if number := reading.whole(value):
                return self._names.person(number) or str(number)
            case "universal_list" if (number := reading.whole(value)) and iblock_id:
                return self._names.element(iblock_id, number) or str(number)
        return self._plain(value)

    def _plain(self, value: Any) -> str | None:
        try:
            return printed(value, self._language)
        except TemplateFault:
            return None


def _day(value: Any) -> str | None:
    """The day of a date, or of a text in ISO 8601; a moment counts in this machine's time zone. None: it has none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            value = value.astimezone() if value.tzinfo else value
        except (OverflowError, ValueError):  # beyond the years 1 to 9999 of this time zone
            return None
    return value.strftime(DATE) if isinstance(value, date) else None
