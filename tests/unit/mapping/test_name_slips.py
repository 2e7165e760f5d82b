"""A slip of a name is told from another name: what people type wrong, and what they name on purpose."""

from __future__ import annotations

import pytest

from worker.mapping.name_slips import is_slip


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ordr", "order"),
        ("oder", "order"),
        ("titel", "title"),
        ("ammount", "amount"),
        ("amout", "amount"),
        ("amaunt", "amount"),
        ("maount", "amount"),
        ("managerId", "managerID"),
        ("manager_id", "managerId"),
        ("MANAGER_ID", "managerId"),
        ("mangerId", "managerId"),
        ("manager-id", "managerId"),
        ("employeId", "employeeId"),
        ("dateOfDelivry", "dateOfDelivery"),
        ("cумма", "сумма"),
        ("договр", "договор"),
        ("Заявитель", "заявитель"),
        ("price_1", "price1"),
    ],
)
def test_one_letter_two_swapped_ones_case_or_punctuation_make_a_slip(name: str, known: str) -> None:
    assert is_slip(name, known)
    assert is_slip(known, name)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("amount", "amount"),
        ("amount", "amounts"),
        ("address", "addres"),
        ("person", "people"),
        ("price1", "price2"),
        ("price", "price1"),
        ("price1", "price11"),
        ("code100200", "code100300"),
        ("manager", "managerId"),
        ("newAmount", "amount"),
        ("amountA", "amountB"),
        ("planFact", "planDate"),
        ("fromDate", "toDate"),
        ("dateFrom", "dateForm"),
        ("dateFrm", "dateFrom"),
        ("mangerId", "manager"),
        ("mangerAdress", "managerAddress"),
        ("approver", "approved"),
        ("approve", "approver"),
        ("employer", "employee"),
        ("payer", "payee"),
        ("заявка", "заявки"),
        ("договор", "договора"),
        ("sender", "tender"),
        ("clientSender", "clientTender"),
        ("mount", "amount"),
        ("state", "stage"),
        ("contact", "contract"),
        ("clientContacts", "clientContracts"),
        ("userId", "userIp"),
        ("cod", "code"),
        ("id", "ID"),
        ("ammuont", "amount"),
        ("total", "amount"),
    ],
)
def test_other_words_numbers_endings_and_short_names_are_names_of_their_own(name: str, known: str) -> None:
    assert not is_slip(name, known)
    assert not is_slip(known, name)
