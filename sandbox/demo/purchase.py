"""What the portal's module has for the step of the example `purchase`, in the format of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STEP = "approve"
QUESTION = "ORDER.APPROVED"
"""Of the questionnaire, by both codes: the gateway reads the variable `approve_ORDER_APPROVED`."""
APPROVER = 7
_APPROVED = {"CODE": "APPROVED", "NAME": "Закупка согласована", "TYPE": "boolean", "IS_REQUIRED": "Y"}
_LIMIT = {"CODE": "LIMIT", "NAME": "Не дороже, рублей", "TYPE": "integer", "IS_REQUIRED": "N"}


def _items(*titles: str) -> list[dict[str, Any]]:
    """One checklist: its title, then its items."""
    tops = [{"parent_id": 1, "level": 0}] + [{"parent_id": 1, "level": 1}] * (len(titles) - 1)
    return [{"item": {"ID": n, "TITLE": title}, "tree": tops[n - 1]} for n, title in enumerate(titles, 1)]


TEMPLATE: Mapping[str, Any] = {
    "template": {
        "ID": 3348,
        "TITLE": "Согласовать закупку",
        "DESCRIPTION": "Предложение поставщика приложено. Отметьте, что проверили, и заполните анкету.",
        "DEADLINE_AFTER": "86400",
    },
    "members": {"all": [{"TYPE": "R", "USER_ID": APPROVER}]},
    "tags": [{"NAME": "закупки"}],
    "checklists": {"items": _items("Проверить", "Цена не выше прошлогодней", "Срок поставки подходит")},
    "questionnaires": {
        "items": [
            {
                "ID": 21,
                "CODE": "ORDER",
                "TITLE": "Решение",
                "SORT": 100,
                "questions": [
                    {"ID": 101, "SORT": 10, **_APPROVED},
                    {"ID": 102, "SORT": 20, **_LIMIT},
                ],
            },
        ]
    },
}
