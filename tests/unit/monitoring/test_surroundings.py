from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from annotated_types import Le
from pydantic import BaseModel

from tests.support.builders import deadlines
from tests.support.fakes import Events
from worker.config.settings import CamundaSettings, WaitingSettings
from worker.config.tenants import Tenants
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.engine.step_life import TaskNow, task_now
from worker.monitoring.surroundings import (
    AGAIN_SECONDS,
    EVERY_SECONDS,
    MOST_COUNTED,
    SOON_SECONDS,
    Surroundings,
    unserved,
)
from worker.runtime.deadlines import LONGEST_WAITING_LOCK
from worker.runtime.gate import Gate

OURS = ("bitrix_create_task", "bitrix_ask")


def most(group: type[BaseModel], setting: str) -> float:
    """The most that a setting allows."""
    return float(next(limit.le for limit in group.model_fields[setting].metadata if isinstance(limit, Le)))  # type: ignore[arg-type]


MOST_WAITING_LOCK = most(WaitingSettings, "lock_seconds")
MOST_CLOCK_SKEW = most(CamundaSettings, "clock_skew_seconds")


class Source:
    """An engine with so many steps waiting in each topic; a topic of 0 is another tenant's."""

    def __init__(self, waiting: Mapping[str, int], tenants: Tenants = Tenants(), known: tuple[str, ...] = ()) -> None:  # noqa: B008 - frozen
        self.waiting = dict(waiting)
        self.worker_id = "ours"
        self.tenants = tenants
        self.known = known
        self.error: EngineError | None = None
        self.counted: list[str] = []
        self.held: dict[str, list[str]] = {}
        self.holders: dict[str, list[str]] = {}
        """Who holds a lock of any length."""

    def waiting_topics(self, *, timeout: float) -> list[str]:
        assert timeout
        if self.error:
            raise self.error
        return list(self.waiting)

    def backlog(self, topic: str, *, timeout: float) -> int:
        assert timeout
        self.counted.append(topic)
        return self.waiting[topic]

    def steps_waiting(self, topic: str, *, timeout: float) -> tuple[list[TaskNow], int]:
        assert timeout
        self.counted.append(topic)
        created = "2026-11-30T02:08:00.000+0000"
        row = {"topicName": topic, "processInstanceId": "p", "businessKey": "A-17", "createTime": created}
        count = self.waiting[topic]
        return [task_now(row | {"id": f"{topic}-{number}"}) for number in range(min(count, 2))], count

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]:
        assert timeout
        if until <= datetime.now(UTC):
            return [task_now({"id": "step", "workerId": holder}) for holder in self.holders.get(topic, [])]
        longest = max(LONGEST_WAITING_LOCK, MOST_WAITING_LOCK) + MOST_CLOCK_SKEW
        assert until > datetime.now(UTC) + timedelta(seconds=longest, minutes=30)
        return [task_now({"id": "step", "workerId": holder}) for holder in self.held.get(topic, [])]

    def knows_tenant(self, tenant_id: str, *, timeout: float) -> bool:
        assert timeout
        return tenant_id in self.known

    def tenants_seen(self, *, timeout: float) -> list[str]:
        assert timeout
        return list(self.known)


def looking(source: Source) -> tuple[Surroundings, Events]:
    events = Events()
    gate = Gate("engine", events)
    return Surroundings(source, OURS, gate, events), events


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("bitrix_create_tsk", "bitrix_create_task"),
        ("bitrixCreateTask", "bitrix_create_task"),
        ("bitrix-create-task", "bitrix_create_task"),
        ("bitrix_сreate_task", "bitrix_create_task"),
        ("bitrix_create_task_prod", "bitrix_create_task"),
        ("bitrix_aks", "bitrix_ask"),
        ("bitrix_update_task", None),
        ("billing", None),
    ],
)
def test_a_topic_that_resembles_ours_is_told_with_the_one_that_was_meant(topic: str, meant: str | None) -> None:
    [one] = unserved(Source({topic: 3, OURS[0]: 1}), OURS)[0]
    assert (one.topic, one.waiting, one.meant) == (topic, 3, meant)


def test_each_is_told_once_and_louder_where_it_is_probably_a_slip() -> None:
    source = Source({"bitrix_create_tsk": 2, "billing": 7, OURS[0]: 1})
    look, events = looking(source)
    look.look()
    look.look()
    source.waiting["bitrix_akk"] = 1
    look.look()
    assert [(name, facts["topic"], facts["waiting"], facts.get("meant")) for name, facts in events.seen] == [
        ("topics.unserved", "bitrix_create_tsk", 2, "bitrix_create_task"),
        ("topics.of_others", "billing", 7, None),
        ("topics.unserved", "bitrix_akk", 1, "bitrix_ask"),
    ]


def test_what_nobody_takes_is_known_with_its_steps_until_it_waits_no_more() -> None:
    source = Source({"bitrix_create_tsk": 51, "billing": 7, OURS[0]: 1})
    around, _ = looking(source)
    before = around.misspelt
    assert before is None, "nobody has asked yet"
    around.look()
    found = around.misspelt
    assert found
    assert (found.count, found.unread) == (51, 49)
    assert {one.reason for one in found.shown} == {"bitrix_create_tsk → bitrix_create_task"}
    assert {one.business_key for one in found.shown} == {"A-17"}
    assert found.shown[0].since == datetime(2026, 11, 30, 2, 8, tzinfo=UTC).timestamp()
    around._gate.open()
    assert around.one_round() == AGAIN_SECONDS, "the page shows it: its end is not told minutes later"
    source.waiting = {}
    assert around.one_round() == EVERY_SECONDS
    assert around.misspelt
    assert around.misspelt.count == 0


def test_what_resembles_ours_is_no_slip_if_somebody_works_on_it() -> None:
    source = Source({"bitrix_create_tasks": 3})
    source.holders = {"bitrix_create_tasks": ["of-others"]}
    around, events = looking(source)
    around.look()
    assert events.names() == ["topics.of_others"]
    assert around.misspelt
    assert around.misspelt.count == 0


def test_a_slip_of_which_no_step_waits_any_more_is_said_to_be_over() -> None:
    """Its warning stood for hours after its steps were deleted."""
    source, events = Source({"bitrix_create_tsk": 2, "payments": 1}), Events()
    around = Surroundings(source, OURS, Gate("engine", events), events)
    around.look()
    source.waiting = {"bitrix_akk": 1}
    for _ in range(2):
        around.look()
    told = [(name, facts["topic"]) for name, facts in events.seen]
    assert sorted(told[:2]) == [("topics.of_others", "payments"), ("topics.unserved", "bitrix_create_tsk")]
    assert told[2:] == [("topics.not_waiting", "bitrix_create_tsk"), ("topics.unserved", "bitrix_akk")]
    source.waiting = {"bitrix_create_tsk": 1, "bitrix_akk": 1}
    around.look()
    assert told_last(events) == ("topics.unserved", "bitrix_create_tsk"), "it is back"


def told_last(events: Events) -> tuple[str, object]:
    name, facts = events.seen[-1]
    return name, facts["topic"]


def test_a_topic_of_which_only_other_tenants_steps_wait_is_not_told_until_one_is_ours() -> None:
    source = Source({"bitrix_create_tsk": 0})
    look, events = looking(source)
    look.look()
    assert events.names() == []
    source.waiting["bitrix_create_tsk"] = 1
    look.look()
    assert events.names() == ["topics.unserved"]


def test_however_many_topics_an_engine_has_one_look_asks_about_few_and_the_likely_ones_first() -> None:
    source = Source({f"other{number}": 1 for number in range(100)} | {"bitrix_create_tsk": 1})
    look, events = looking(source)
    look.look()
    assert len(source.counted) == MOST_COUNTED
    assert events.names()[0] == "topics.unserved"
    for _ in range(5):
        look.look()
    assert len(events.seen) == 101
    assert unserved(source, OURS)[1] == 101 - MOST_COUNTED


def test_a_look_that_fails_is_told_once_for_each_reason_and_goes_on() -> None:
    source = Source({"billing": 1})
    look, events = looking(source)
    for error in (EngineDenied("topic-names", "HTTP 403"), EngineUnreachable("topic-names", "x", doubtful=False)):
        source.error = error
        assert [look.one_round(), look.one_round()] == [AGAIN_SECONDS, AGAIN_SECONDS]
    source.error = None
    assert look.one_round() == EVERY_SECONDS
    assert events.names() == ["topics.not_seen", "topics.not_seen", "topics.of_others", "topics.seen"]


def test_tenants_that_the_engine_does_not_know_are_told_once() -> None:
    look, events = looking(Source({}, Tenants(("prodd", "test")), known=("prod", "test")))
    look.look()
    look.look()
    assert [(name, facts) for name, facts in events.seen] == [("tenants.unknown", {"tenants": "prodd → prod?"})]
    look._engine.known = ("prodd", "test")  # type: ignore[attr-defined]
    look.look()
    look.look()
    assert events.names() == ["tenants.unknown", "tenants.known"]


def test_nothing_is_asked_while_the_engine_is_not_well() -> None:
    source = Source({"billing": 1})
    look, events = looking(source)
    look._gate.close_for_first_probe()
    assert look.one_round() == SOON_SECONDS
    assert source.counted == []
    look._gate.well()
    look._gate.reason = None
    assert look.one_round() == EVERY_SECONDS
    assert source.counted == ["billing"]
    assert events.names() == ["topics.of_others"]


def test_steps_that_somebody_keeps_for_long_are_told_until_they_are_no_longer_kept() -> None:
    source = Source({})
    look, events = looking(source)
    for held in ([], ["old", "old", "older"], ["old", "old", "older"], ["old"], [], ["old"]):
        source.held[OURS[0]] = held
        look.look()
    assert events.seen == [
        ("topics.locked_away", {"topic": OURS[0], "count": 3, "holders": "old, older"}),
        ("topics.locked_away", {"topic": OURS[0], "count": 1, "holders": "old"}),
        ("topics.free", {"topic": OURS[0]}),
        ("topics.locked_away", {"topic": OURS[0], "count": 1, "holders": "old"}),
    ]


def test_our_own_locks_are_nobody_elses() -> None:
    """Above 43,000 waiting steps their locks were longer than a day."""
    source = Source({})
    look, events = looking(source)
    source.held[OURS[0]] = ["ours"] * 3
    look.look()
    source.held[OURS[0]] = ["ours", "old"]
    look.look()
    assert events.seen == [("topics.locked_away", {"topic": OURS[0], "count": 1, "holders": "old"})]


@pytest.mark.parametrize("count", [0, 100, 10_000, 100_000, 10_000_000])
def test_no_lock_of_a_waiting_step_is_longer_than_what_counts_as_locked_away(count: int) -> None:
    longest = max(deadlines().lock_of_waiting(count) for _ in range(100))
    assert deadlines().waiting_lock <= longest <= LONGEST_WAITING_LOCK
    assert deadlines(waiting_lock=MOST_WAITING_LOCK).lock_of_waiting(count) == MOST_WAITING_LOCK


def test_the_locks_of_a_crowd_do_not_end_all_at_once() -> None:
    """However many came in within minutes, or are extended after a long stop."""
    some = sorted(deadlines().lock_of_waiting(100_000) for _ in range(100))
    assert some[-1] - some[0] > 3600
