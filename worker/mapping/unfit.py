"""Says what a task field accepts, where it got something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.words.phrase import NOTHING, Phrase

MOST_ENTRIES = 500
"""In one list. A longer list is refused, not cut: every person in it must see the task."""

EXPECTED: Mapping[str, Phrase] = {
    "text": Phrase("текст", "text"),
    "one_id": Phrase("одно целое положительное число, например 106", "one positive whole number, such as 106"),
    "person": Phrase(
        "номер сотрудника (106), его e-mail или имя и фамилия (Иван Иванов); логинов портал через REST не показывает",
        "a user's number (106), e-mail, or name and surname (John Smith); the portal's REST does not show logins",
    ),
    "people": Phrase(
        "список или текст с номерами сотрудников, e-mail или именами с фамилиями: 106, ivan@example.com, Иван Иванов",
        "users' numbers, e-mails, or names with surnames: a list or text such as 106, john@example.com, John Smith",
    ),
    "group": Phrase("номер группы (12) или её название", "a group's number (12) or its name"),
    "ids": Phrase(
        "список целых положительных чисел или текст вида 106, 107 или 106; 107",
        "positive whole numbers: a list or text such as 106, 107 or 106; 107",
    ),
    "tags": Phrase("список слов или текст вида договор, срочно", "words: a list or text such as contract, urgent"),
    "fewer": Phrase(f"не более {MOST_ENTRIES} значений", f"at most {MOST_ENTRIES} entries"),
    "priority": Phrase("0, 1, 2 или низкий, средний, высокий", "0, 1, 2 or low, medium, high"),
    "date_time": Phrase(
        "дата: 2026-09-30T18:00:00+03:00, 2026-09-30T18:00, 2026-09-30, 30.09.2026 18:00 или 30.09.2026",
        "a date: 2026-09-30T18:00:00+03:00, 2026-09-30T18:00, 2026-09-30, 30.09.2026 18:00 or 30.09.2026",
    ),
    "due": Phrase(
        "дата (2026-09-30T18:00:00+03:00, 2026-09-30T18:00, 2026-09-30, 30.09.2026 18:00 или 30.09.2026) или срок от "
        "создания шага: P2D, PT8H, 3 дня, 2 рабочих дня, 4 рабочих часа",
        "a date (2026-09-30T18:00:00+03:00, 2026-09-30T18:00, 2026-09-30, 30.09.2026 18:00 or 30.09.2026), or a time "
        "after the step was created: P2D, PT8H, 3 days, 2 working days, 4 working hours",
    ),
    "user_field": Phrase(
        "текст, число, логическое значение, дата или список из них",
        "text, a number, a boolean, a date or a list of those",
    ),
    "flag": Phrase("да или нет (true, false)", "yes or no (true, false)"),
    "seconds": Phrase(
        "число секунд, например 28800, или часы и минуты: PT8H, PT1H30M, 8 часов, 90 минут (дни не годятся: "
        "рабочий день короче суток)",
        "seconds, such as 28800, or hours and minutes: PT8H, PT1H30M, 8 hours, 90 minutes (no days: a working day is "
        "not 24 hours)",
    ),
    "checklists": Phrase(
        'список чек-листов или текст JSON вида [{"title": "Документы", "items": ["паспорт", "договор"]}]',
        'checklists: a list, or JSON text such as [{"title": "Documents", "items": ["passport", "contract"]}]',
    ),
    "checklist_items": Phrase(
        "список пунктов или текст вида паспорт, договор",
        "items of a checklist: a list, or text such as passport, contract",
    ),
    "checklist_keys": Phrase(
        "ключ чек-листа: title (или name), items, important, accomplices, auditors",
        "keys of a checklist: title (or name), items, important, accomplices, auditors",
    ),
    "checklist_title": Phrase("текст в названии пункта", "the title of an item, as text"),
    "checklist_levels": Phrase(
        "не более трёх уровней: чек-лист, пункты и вложенные пункты",
        "at most three levels: the checklist, its items, and items below those",
    ),
    "files": Phrase(
        "список файлов: номера объектов на Диске (n123 или 123) или имена переменных типа File",
        "files: numbers of objects on Disk (n123 or 123), or names of variables of type File",
    ),
    "crm": Phrase(
        "список элементов CRM с номерами: lead:4, deal:10, contact:7, company:5, smart_invoice:3, smart_process:136:3 "
        "(тип и номер) или как на портале: D_10, T88_3",
        "CRM records with their numbers: lead:4, deal:10, contact:7, company:5, smart_invoice:3, smart_process:136:3 "
        "(type and number), or as the portal writes them: D_10, T88_3",
    ),
}


class Unfit(Exception):
    """The field does not accept the value. `expected` is a key of `EXPECTED`.

    `meant`: a text near the value that the field accepts; None: none is known. `slip`: what is wrong with it, as a
    sentence.
    """

    def __init__(self, value: Any, expected: str) -> None:
        self.value = value
        self.expected = expected
        self.meant: str | None = None
        self.slip = NOTHING
        super().__init__(f"expected {EXPECTED[expected]}")
