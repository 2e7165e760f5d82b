"""Which fields the portal has: by minutes, never a guess, and never a call for each task."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bitrix.errors import Doubtful
from bitrix.task_fields import AGAIN_SECONDS, KEPT_SECONDS, TaskFields
from bitrix.tasks import UserField

FIELD = UserField("string", None)


class Portal:
    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.calls = 0
        self.fails = False

    def user_fields(self) -> Mapping[str, UserField]:
        self.calls += 1
        if self.fails:
            raise Doubtful("task.item.userfield.getlist", "time-out", "x")
        return dict.fromkeys(self.names, FIELD)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr("bitrix.task_fields.time.monotonic", lambda: time[0])
    return time


def test_a_hundred_drafts_cost_one_call_in_minutes(now: list[float]) -> None:
    portal = Portal("UF_A")
    fields = TaskFields(portal)
    assert {fields.missing(["UF_A"]) for _ in range(100)} == {frozenset()}
    assert portal.calls == 1
    now[0] += KEPT_SECONDS + 1
    portal.names = []
    assert fields.missing(["UF_A"]) == {"UF_A"}


def test_a_field_that_was_made_meanwhile_is_found_soon(now: list[float]) -> None:
    portal = Portal("UF_A")
    fields = TaskFields(portal)
    assert fields.missing(["UF_A", "UF_B"]) == {"UF_B"}
    assert fields.missing(["UF_B"]) == {"UF_B"}
    assert portal.calls == 1
    portal.names.append("UF_B")
    now[0] += AGAIN_SECONDS + 1
    assert fields.missing(["UF_B"]) == frozenset()


def test_a_default_is_told_and_its_end_is_seen_soon(now: list[float]) -> None:
    class Filling(Portal):
        default: str | None = "ДА"

        def user_fields(self) -> Mapping[str, UserField]:
            return {**super().user_fields(), "UF_A": UserField("enumeration", None, self.default)}

    portal = Filling()
    fields = TaskFields(portal)
    assert [fields.default("UF_A"), fields.default("UF_A"), fields.default("UF_B")] == ["ДА", "ДА", None]
    assert portal.calls == 1
    portal.default = None
    now[0] += AGAIN_SECONDS + 1
    assert fields.default("UF_A") is None
    portal.default = "ДА"
    now[0] += KEPT_SECONDS + 1
    assert fields.default("UF_A") == "ДА"


def test_what_could_not_be_asked_is_not_missing(now: list[float]) -> None:
    portal = Portal()
    portal.fails = True
    fields = TaskFields(portal)
    assert fields.missing(["UF_A"]) == frozenset()
    assert fields.missing(["UF_A"]) == frozenset()
    assert portal.calls == 1
    portal.fails = False
    now[0] += AGAIN_SECONDS + 1
    assert fields.missing(["UF_A"]) == {"UF_A"}


@pytest.mark.parametrize("names", [[], ["UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE"]])
def test_the_portals_own_fields_cost_no_call(names: list[str]) -> None:
    portal = Portal()
    assert TaskFields(portal).missing(names) == frozenset()
    assert portal.calls == 0
