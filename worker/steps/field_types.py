"""Says where a value would not stay what it is in the portal's user field: it is stored as something else, silently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from bitrix.tasks import UserField
from worker.mapping.fields import date_time
from worker.mapping.unfit import Unfit
from worker.words.phrase import Phrase

KEPT: Mapping[str, Phrase] = {
    "integer": Phrase("целое число", "a whole number"),
    "double": Phrase("число с точкой", "a number with a point"),
    "boolean": Phrase("да или нет (напишите имя | yes)", "yes or no (write name | yes)"),
    "date": Phrase("дату", "a date"),
    "datetime": Phrase("дату", "a date"),
    "enumeration": Phrase("номер варианта списка", "the number of an option of its list"),
    "employee": Phrase("номер сотрудника", "the number of a user"),
}
"""What a field of this type keeps, by the portal's name of the type. Others are not known here: nothing is refused."""
ONE = Phrase("только одно значение", "one value only")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def misfit(field: UserField, value: Any) -> Phrase | None:
    """What the field keeps instead; None if the value fits, or if it is not known what fits."""
    if isinstance(value, list):
        if field.multiple is False:
            return ONE if len(value) > 1 else misfit_of_one(field, value[0]) if value else None
        return next((wrong for one in value if (wrong := misfit_of_one(field, one))), None)
    return misfit_of_one(field, value)


def misfit_of_one(field: UserField, value: Any) -> Phrase | None:
    """The same for a single value."""
    kept = KEPT.get(field.type or "")
    return None if kept is None or _fits(field.type or "", value) else kept


def _fits(type_: str, value: Any) -> bool:
    text = str(value).strip()
    match type_:
        case "boolean":
            return text in ("0", "1")
        case "double":
            return bool(_NUMBER.fullmatch(text)) or isinstance(value, float)
        case "date" | "datetime":
            return _is_date(value)
        case _:
            return bool(_WHOLE.fullmatch(text))


def _is_date(value: Any) -> bool:
    try:
        date_time(value, UTC)
    except Unfit:
        return False
    return True
