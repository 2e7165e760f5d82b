"""Column types of the ledger: what a column's values are read as."""

from __future__ import annotations

from enum import Enum
from typing import Any

import sqlalchemy as sa


class Members(sa.TypeDecorator[Any]):
    """A column that holds the values of members of an enumeration, and is read as these members; NULL is None.

    `stored`: the type of the values in the database.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, stored: sa.types.TypeEngine[Any], kind: type[Enum]) -> None:
        super().__init__()
        self.impl = stored  # type: ignore[assignment]
        self.stored = stored
        self.kind = kind

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return None if value is None else self.kind(value)
