"""Users by e-mail and by name: only what the answer shows counts, and no failure is an absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bitrix.causes import Cause
from bitrix.client import Answer
from bitrix.errors import Doubtful, LookupUnproven
from bitrix.limits.limiter import Kind
from bitrix.people import EMAILS_AT_ONCE, FOUND_SECONDS, UNCLEAR_SECONDS, People, Person

Row = dict[str, Any]


def row(number: int, name: str, surname: str, email: str = "", *, active: Any = True, second: str | None = None) -> Row:
    return {
        "ID": str(number),
        "ACTIVE": active,
        "NAME": name,
        "LAST_NAME": surname,
        "SECOND_NAME": second,
        "EMAIL": email,
    }


IVAN = row(7, "Иван", "Иванов", "ivan@example.com")
MARIA = row(42, "Мария", "Петрова", "Maria@Example.com", active=False, second="Сергеевна")
ANNA = row(8, "Анна Мария", "де ла Крус", "anna@example.com")


class Portal:
    """Filters as the portal does: `@FIELD` is one of a list, fields that are not in `filtered` are dropped."""

    def __init__(self, *rows: Row) -> None:
        self.rows = list(rows) or [row(1, "Админ", "Админов", "admin@example.com"), IVAN, MARIA, ANNA]
        self.filtered = {"@EMAIL", "@NAME", "@LAST_NAME"}
        self.asked: list[Mapping[str, Any]] = []
        self.answer: Any = None
        self.error: Exception | None = None

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        assert method == "user.get"
        assert kind is Kind.URGENT
        assert params is not None
        self.asked.append(params["FILTER"])
        if self.error:
            raise self.error
        if self.answer is not None:
            return Answer(self.answer)
        return Answer([one for one in self.rows if self._passes(one, params["FILTER"])][:50])

    def _passes(self, one: Row, given: Mapping[str, list[str]]) -> bool:
        wanted = {key: {text.casefold() for text in texts} for key, texts in given.items() if key in self.filtered}
        return all(str(one[key[1:]]).casefold() in texts for key, texts in wanted.items())


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr("bitrix.kept.time.monotonic", lambda: time[0])
    return time


@pytest.mark.parametrize(
    "text",
    ["ivan@example.com", "IVAN@example.com", " ivan@example.com ", "Иван Иванов", "Иванов Иван", "иванов  иван"],
)
def test_one_person_is_found_by_every_spelling(text: str) -> None:
    assert People(Portal()).found(text) == (Person(7, active=True, name="Иванов Иван"),)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("maria@example.com", 42),
        ("Петрова Мария Сергеевна", 42),
        ("Мария Сергеевна Петрова", 42),
        ("Мария Петрова", 42),
        ("Анна Мария де ла Крус", 8),
        ("де ла Крус Анна Мария", 8),
    ],
)
def test_whole_names_of_several_words_and_patronymics(text: str, number: int) -> None:
    assert [one.id for one in People(Portal()).found(text)] == [number]


@pytest.mark.parametrize(
    "text", ["Иван Петров", "Ива Иванов", "Анна де ла Крус", "Мария Ивановна Петрова", "Иванов И."]
)
def test_a_part_of_a_name_or_another_name_is_nobody(text: str) -> None:
    assert People(Portal()).found(text) == ()


def test_a_dismissed_person_is_shown_as_dismissed() -> None:
    assert People(Portal()).found("maria@example.com") == (Person(42, active=False, name="Петрова Мария"),)


def test_two_of_one_name_are_both_shown() -> None:
    portal = Portal(IVAN, row(9, "Иван", "Иванов"), row(10, "Иванов", "Иван"))
    assert [one.id for one in People(portal).found("Иван Иванов")] == [7, 9, 10]


def test_yo_and_ye_are_one_letter() -> None:
    portal = Portal(row(5, "Фёдор", "Королёв"))
    portal.filtered = set()  # how such a filter compares is up to the portal's database
    assert [one.id for one in People(portal).found("федор Королев")] == [5]


@pytest.mark.parametrize("text", ["ivan@example.com", "Иван Иванов"])
def test_a_filter_that_the_portal_dropped_proves_nothing(text: str) -> None:
    """`user_brief` drops EMAIL from the filter and returns everybody: the first row is a stranger."""
    portal = Portal()
    portal.filtered = set()
    with pytest.raises(LookupUnproven) as caught:
        People(portal).found(text)
    assert caught.value.cause is Cause.FILTER_IGNORED


def test_rows_without_the_email_prove_nothing() -> None:
    portal = Portal()
    portal.answer = [{"ID": "7", "ACTIVE": True, "NAME": "Иван"}]
    with pytest.raises(LookupUnproven):
        People(portal).found("ivan@example.com")


@pytest.mark.parametrize("answer", [{}, "", [7], [{**IVAN, "ID": "x"}], {"result": []}])
def test_an_odd_answer_is_not_nobody(answer: Any) -> None:
    portal = Portal()
    portal.answer = answer
    with pytest.raises(LookupUnproven):
        People(portal).found("ivan@example.com")


def test_a_full_page_is_not_the_whole_answer() -> None:
    """Fifty people with these two words in other orders hide the one who is meant."""
    portal = Portal(*(row(number, "Иван", "Иван") for number in range(100, 160)), IVAN)
    with pytest.raises(LookupUnproven) as caught:
        People(portal).found("Иван Иванов")
    assert caught.value.cause is Cause.CUT_SHORT


def test_a_failed_call_is_not_kept(now: list[float]) -> None:
    portal = Portal()
    people = People(portal)
    portal.error = Doubtful("user.get", "http_502")
    with pytest.raises(Doubtful):
        people.found("ivan@example.com")
    portal.error = None
    assert [one.id for one in people.found("ivan@example.com")] == [7]
    assert now


def test_one_call_in_five_minutes_for_one_person_and_sooner_for_nobody(now: list[float]) -> None:
    portal = Portal()
    people = People(portal)
    for _ in range(100):
        people.found("ivan@example.com")
        people.found("IVAN@example.com")
    assert len(portal.asked) == 1
    now[0] += FOUND_SECONDS + 1
    people.found("ivan@example.com")
    assert len(portal.asked) == 2
    people.found("new@example.com")
    portal.rows.append(row(77, "Новый", "Сотрудник", "new@example.com"))
    assert people.found("new@example.com") == ()
    now[0] += UNCLEAR_SECONDS + 1
    assert [one.id for one in people.found("new@example.com")] == [77]


def test_several_emails_cost_one_call_and_each_is_verified_by_its_row(now: list[float]) -> None:
    portal = Portal()
    people = People(portal)
    asked = ["Ivan@Example.com", "maria@example.com", "nobody@example.com", "Иванов Иван"]
    people.ask_ahead(asked)
    assert [[one.id for one in people.found(text)] for text in asked[:3]] == [[7], [42], []]
    assert len(portal.asked) == 1
    people.ask_ahead(asked)
    assert len(portal.asked) == 1, "kept"
    now[0] += UNCLEAR_SECONDS + 1
    people.found("nobody@example.com")
    assert len(portal.asked) == 2, "who was not found is kept for as long as if asked alone"


def test_many_emails_go_in_portions_and_a_single_one_is_asked_when_it_is_needed() -> None:
    emails = [f"p{number}@example.com" for number in range(2 * EMAILS_AT_ONCE + 1)]
    portal = Portal(*(row(100 + n, "И", f"О{n}", email) for n, email in enumerate(emails)))
    people = People(portal)
    people.ask_ahead(emails[:1])
    assert portal.asked == []
    people.ask_ahead(emails)
    assert [[one.id for one in people.found(email)] for email in emails] == [[100 + n] for n in range(len(emails))]
    assert len(portal.asked) == 3


def test_a_full_page_for_several_emails_tells_nothing_of_any_of_them() -> None:
    """The page is full of users with one of the two: the other would seem to be nobody's."""
    crowd = (row(number, "Иван", "Иванов", "all@example.com") for number in range(100, 160))
    portal = Portal(*crowd, IVAN)
    people = People(portal)
    people.ask_ahead(["all@example.com", "ivan@example.com"])
    assert [one.id for one in people.found("ivan@example.com")] == [7]
    assert len(portal.asked) == 2


def test_a_dropped_filter_for_several_emails_proves_nothing() -> None:
    portal = Portal()
    portal.filtered = set()
    people = People(portal)
    with pytest.raises(LookupUnproven) as caught:
        people.ask_ahead(["ivan@example.com", "maria@example.com"])
    assert caught.value.cause is Cause.FILTER_IGNORED
