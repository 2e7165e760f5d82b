"""Reads references to CRM records, in words (`deal:10`) or as the portal writes them (`D_10`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from worker.mapping.unfit import Unfit

PREFIXES: Mapping[str, str] = {
    **dict.fromkeys(("lead", "лид"), "L"),
    **dict.fromkeys(("deal", "сделка"), "D"),
    **dict.fromkeys(("contact", "контакт"), "C"),
    **dict.fromkeys(("company", "компания"), "CO"),
    **dict.fromkeys(("smart invoice", "смарт счет"), "SI"),
}
"""Words for the kinds of records, and the portal's prefix of each."""
SMART_PROCESS = ("smart process", "смарт процесс")
_READY = re.compile(r"(L|D|C|CO|SI|T[1-9A-F][0-9A-F]{0,7})_([1-9][0-9]{0,9})", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


def crm_record(value: Any) -> str:
    """The portal's spelling of one record. Raises `Unfit`: the portal would silently drop anything else.

    A smart process is named by its type, a decimal number: the portal writes that number in hexadecimal.
    """
    if not isinstance(value, str):
        raise Unfit(value, "crm")
    if ready := _READY.fullmatch(value.strip()):
        return f"{ready[1].upper()}_{ready[2]}"
    kind, *numbers = (part.strip() for part in value.split(":"))
    word = " ".join(re.split(r"[\s_-]+", kind.casefold().replace("ё", "е")))
    if numbers and all(map(_NUMBER.fullmatch, numbers)):
        match numbers:
            case [number] if word in PREFIXES:
                return f"{PREFIXES[word]}_{number}"
            case [type_, number] if word in SMART_PROCESS:
                return f"T{int(type_):X}_{number}"
    raise Unfit(value, "crm")
