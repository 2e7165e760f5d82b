"""Reads what a task's checklists are to contain: from the configuration, a Json variable, or a step's property."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bitrix import reading
from bitrix.flags import flag
from bitrix.shown import in_text
from worker.mapping.lists import items_of
from worker.mapping.unfit import MOST_ENTRIES, Unfit

TITLE_CHARACTERS = 255
LEVELS = 3
"""The list, its items, and items below those."""
KEYS = frozenset({"title", "name", "items", "important", "accomplices", "auditors"})
Titled = Callable[[Any], str]
"""A title of one line that fits the portal. Raises `Unfit` for what is no text."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A checklist, or an item of one. `accomplices`, `auditors`: people as a task field of that name takes them."""

    title: str
    items: tuple[ChecklistItem, ...] = ()
    important: bool = False
    accomplices: Any = None
    auditors: Any = None

    def all(self) -> Iterator[ChecklistItem]:
        """The item itself and all below it, from top to bottom."""
        left = [self]
        while left:
            item = left.pop()
            yield item
            left += reversed(item.items)


def checklists(value: Any, titled: Titled, people: Callable[[Any], object]) -> list[ChecklistItem]:
    """The checklists of a task: a list of mappings, a single one, or JSON text. Raises `Unfit`, which names the place.

    Blank items are no items, and a list without items is no list. `people` raises `Unfit` for what names nobody.
    """
    read = _Reader(titled, people)
    lists = [one for n, item in enumerate(_listed(value), 1) if (one := read.item(item, str(n), 1)) and one.items]
    if (count := sum(1 for one in lists for _ in one.all())) > MOST_ENTRIES:
        raise Unfit(f"{count} …", "fewer")
    return lists


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        try:
            value = reading.document(value)
        except reading.Unreadable:
            raise Unfit(value, "checklists") from None
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list):
        raise Unfit(value, "checklists")
    return value


@dataclass(frozen=True, slots=True)
class _Reader:
    titled: Titled
    people: Callable[[Any], object]

    def item(self, value: Any, place: str, level: int) -> ChecklistItem | None:
        """One item; None if it is blank. `place`: its numbers in the lists, such as `2.3`."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, Mapping):
            if level == 1:
                raise Unfit(value, "checklists")
            return ChecklistItem(self._title(value, place))
        if (unknown := [key for key in value if key not in KEYS]) or {"title", "name"} <= value.keys():
            raise Unfit(f"{place}: {', '.join(map(str, unknown or ('title', 'name')))}", "checklist_keys")
        named = value.get("title", value.get("name"))
        if named is None:
            raise Unfit(f"{place}: {in_text(value)}", "checklist_title")
        title = self._title(named, place)
        return ChecklistItem(
            title,
            self._items(value.get("items"), place, level),
            self._important(value.get("important"), place),
            self._people(value.get("accomplices"), place),
            self._people(value.get("auditors"), place),
        )

    def _items(self, value: Any, place: str, level: int) -> tuple[ChecklistItem, ...]:
        if value is None or value == "":
            return ()
        if not isinstance(value, list | str):
            raise Unfit(f"{place}.items: {in_text(value)}", "checklist_items")
        if value and level == LEVELS:
            raise Unfit(place, "checklist_levels")
        items = items_of(value) if isinstance(value, str) else value  # a blank item of a list counts in the places
        read = (self.item(item, f"{place}.{n}", level + 1) for n, item in enumerate(items, 1))
        return tuple(item for item in read if item)

    def _title(self, value: Any, place: str) -> str:
        try:
            title = self.titled(value)
        except Unfit:
            title = ""
        if not title.strip():
            raise Unfit(f"{place}: {in_text(value)}", "checklist_title")
        return title

    def _important(self, value: Any, place: str) -> bool:
        known = False if value is None else flag(value)
        if known is None:
            raise Unfit(f"{place}: {in_text(value)}", "flag")
        return known

    def _people(self, value: Any, place: str) -> Any:
        if value is None or value in ("", []):
            return None
        try:
            self.people(value)
        except Unfit as error:
            raise Unfit(f"{place}: {in_text(error.value)}", error.expected) from None
        return value
