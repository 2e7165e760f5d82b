"""The portal stand-in's universal lists, as `lists.element.get` shows their elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.portal.records import Refused, number


class Lists:
    """The names of elements, by the number of their list and their own."""

    def __init__(self) -> None:
        self.elements: dict[tuple[int, int], str] = {}

    def element(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`lists.element.get`: an unknown element is an empty list, an unknown list an error."""
        if not params.get("IBLOCK_TYPE_ID") or not params.get("IBLOCK_ID"):
            raise Refused("ERROR_REQUIRED_PARAMETERS_MISSING", "Required parameters are missing")
        iblock, element = number(params["IBLOCK_ID"]), number(params.get("ELEMENT_ID"))
        if iblock not in {one for one, _ in self.elements}:
            raise Refused("ERROR_IBLOCK_NOT_FOUND", "Iblock not found")
        shown = [(id_, name) for (of, id_), name in self.elements.items() if of == iblock and element in (None, id_)]
        return [{"ID": str(id_), "IBLOCK_ID": str(iblock), "NAME": name} for id_, name in shown]
