from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bitrix.errors import ChannelFault, MethodMissing, NotExecuted, PortalError
from tests.support.builders import DONE, fetched, open_ledger, owed_for
from tests.support.engine_admin import wait_until
from tests.support.fakes import Events, answer
from worker.ledger import Ledger, LedgerUnavailable, OwedSync, SyncOwed
from worker.model import SyncRequest
from worker.outbox import sync
from worker.outbox.sync import PAUSE_SECONDS, SyncOutbox
from worker.outbox.sync_sender import SyncRefused
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.threads import Threads


class FakeSender:
    def __init__(self) -> None:
        self.script: list[Any] = []
        self.sent: list[SyncRequest] = []

    def deliver(self, request: SyncRequest) -> None:
        self.sent.append(request)
        answer(self.script)


SLOTS = 2


class Office:
    def __init__(self, folder: Path, *, slots: int = SLOTS, pool_size: int = 1) -> None:
        self.time = [1000.0]
        self.events = Events()
        self.sender = FakeSender()
        self.ledger: Ledger = open_ledger(folder, now=lambda: self.time[0])
        self.gate = Gate("portal", self.events)
        self.threads = Threads(self.events, pool_size=pool_size, step_seconds=60.0)
        self.outbox = SyncOutbox(
            sender=self.sender,  # type: ignore[arg-type]
            ledger=self.ledger,
            gate=self.gate,
            telemetry=self.events,
            slots=slots,
            give_up_seconds=3600.0,
            threads=self.threads,
        )

    def send(self) -> bool:
        """All that is due goes out, as after a tick; whether anything did."""
        before = len(self.sender.sent)
        self.outbox.look()
        self.work()
        return len(self.sender.sent) > before

    def try_again(self) -> None:
        """The time that a pause of all synchronisations lasts is over."""
        assert self.outbox.paused.pause
        self.outbox.paused._pause = replace(self.outbox.paused.pause, next_try=clock.boottime())

    def work(self) -> None:
        """A slot sends what stands in line."""
        self.outbox._line.put(None)
        self.outbox.loop()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """All threads of the outbox, as in a run."""
        self.threads.every("syncs", 0.0, self.outbox.one_round, at_end=self.outbox.close)
        own = range(self.outbox.own_threads)
        for number in own:
            self.threads.start(f"sync-{number}", self.outbox.loop)
        try:
            yield
        finally:
            self.threads.stop()
            self.outbox.wake()
            for name in ("syncs", *(f"sync-{number}" for number in own)):
                assert self.threads.join(name, 10), name

    def owe(self, name: str = "task-1", *, begin: bool = False, **changes: Any) -> SyncOwed | OwedSync:
        self.ledger.created(fetched(name, **changes), None, 42, DONE, adopted=False)
        return self.ledger.settlements.settled(owed_for(self.ledger, name), begin_sync=begin)

    def begin(self, name: str) -> OwedSync:
        """Owe one that may be sent at once."""
        begun = self.owe(name, begin=self.outbox.reserve())
        assert isinstance(begun, OwedSync)
        return begun


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.ledger.close()


def test_an_owed_sync_is_sent_once_and_gone(office: Office) -> None:
    office.owe()
    assert office.send()
    assert not office.send()
    assert office.sender.sent == [SyncRequest("instance-of-task-1", "order")]
    assert office.ledger.counters()["sync_requests_sent"] == 1


def test_a_failed_series_is_counted_once_and_repeated_later(office: Office) -> None:
    office.owe()
    office.sender.script = [SyncRefused("busy")]
    office.send()
    assert not office.send(), "not at once"
    office.time[0] += 61
    assert office.send()
    assert office.ledger.counters() == office.ledger.counters() | {"sync_requests_failed": 1, "sync_requests_sent": 1}


def test_a_sync_that_keeps_failing_is_parked_and_told(office: Office) -> None:
    office.owe()
    office.sender.script = [SyncRefused("busy")] * 6 + [SyncRefused("still busy")]
    for _ in range(7):
        assert office.ledger.syncs.parked() == []
        office.time[0] += 3601
        office.send()
    [parked] = office.ledger.syncs.parked()
    assert str(parked.last_error).endswith(": still busy")
    assert office.events.names()[-1] == "sync.parked"


def test_one_that_is_old_when_the_portal_comes_back_is_not_parked_by_its_first_failure(office: Office) -> None:
    office.owe()
    office.time[0] += 1e6
    office.sender.script = [SyncRefused("busy")]
    office.send()
    assert office.ledger.syncs.parked() == []
    assert office.events.names()[-1] == "sync.retry_later"


def test_the_waits_grow_to_a_day_at_most(office: Office) -> None:
    office.outbox._give_up_seconds = 1e9
    office.owe()
    office.sender.script = [SyncRefused("busy")] * 20
    for _ in range(20):
        office.send()
        office.time[0] += 86401
    waits: list[Any] = [facts["seconds"] for name, facts in office.events.seen if name == "sync.retry_later"]
    assert len(waits) == 20
    assert max(waits) <= 86400
    assert waits[-1] > waits[0]


def test_a_portal_without_the_module_pauses_all_with_one_alert(office: Office) -> None:
    for name in ("a", "b", "c"):
        office.owe(name)
    office.sender.script = [MethodMissing("imena.camunda.sync", "ERROR_METHOD_NOT_FOUND")] * 2
    for _ in range(3):
        office.send()
    assert len(office.sender.sent) == 1
    office.time[0] += PAUSE_SECONDS + 1
    office.try_again()
    office.send()
    assert office.events.names().count("sync.paused") == 1
    assert office.ledger.census()["syncs_waiting"] == 3
    assert "sync_requests_failed" not in office.ledger.counters()
    office.try_again()
    assert office.send()
    assert office.events.names()[-1] == "sync.resumed"


def test_while_the_portal_is_away_nothing_is_sent_or_counted(office: Office) -> None:
    office.owe()
    office.gate.close("away")
    assert not office.send()
    assert office.sender.sent == []


def test_an_error_of_the_portal_is_no_loss(office: Office) -> None:
    office.owe()
    office.sender.script = [NotExecuted("imena.camunda.sync", "unreachable")]
    office.send()
    assert office.ledger.census()["syncs_waiting"] == 1


def test_the_loop_sends_all_that_is_due_and_ends(office: Office) -> None:
    office.owe("a")
    office.owe("b")
    office.send()
    assert len(office.sender.sent) == 2


def test_what_stands_in_line_at_the_end_is_put_back(office: Office) -> None:
    office.owe("a")
    begun = office.begin("b")
    office.outbox.look()
    office.outbox.close()
    office.outbox.loop()
    office.outbox.send(begun)
    assert office.sender.sent == []
    assert office.ledger.census() == office.ledger.census() | {"syncs_started": 0, "syncs_waiting": 2}
    assert not office.outbox.reserve()


def test_one_that_is_owed_while_a_slot_is_free_is_sent_without_a_look(office: Office) -> None:
    office.outbox.send(office.begin("a"))
    assert office.sender.sent == [SyncRequest("instance-of-a", "order")]
    assert office.ledger.census()["syncs_started"] == 0
    assert office.ledger.counters()["sync_requests_sent"] == 1


def test_one_that_is_sent_at_once_and_fails_is_repeated_as_any_other(office: Office) -> None:
    office.sender.script = [SyncRefused("busy")]
    office.outbox.send(office.begin("a"))
    assert not office.send()
    office.time[0] += 61
    assert office.send()
    assert office.ledger.counters()["sync_requests_failed"] == 1


def test_no_more_are_sent_at_once_than_there_are_slots(office: Office) -> None:
    assert [office.outbox.reserve() for _ in range(SLOTS + 1)] == [True] * SLOTS + [False]
    office.outbox.release()
    office.outbox.send(office.begin("a"))
    assert office.outbox.reserve()
    assert not office.outbox.reserve()


def test_those_in_line_and_those_sent_at_once_share_the_slots(office: Office) -> None:
    most, going, guard = [], threading.Semaphore(0), threading.Lock()

    def deliver(request: SyncRequest) -> None:
        with guard:
            most.append(office.outbox._sending)
        going.acquire(timeout=10)

    office.sender.deliver = deliver  # type: ignore[method-assign]
    for number in range(10):
        office.owe(f"task-{number}")
    begun = office.begin("at-once")
    with office.at_work():
        office.outbox.wake()
        wait_until(lambda: len(most) == 1, "the first one")
        assert not office.outbox.reserve()
        going.release(20)
        office.outbox.send(begun)
        wait_until(lambda: len(most) == 11, "all to be sent")
    assert max(most) == SLOTS


def test_while_nothing_may_be_sent_no_slot_is_free_and_what_is_begun_waits(office: Office) -> None:
    begun = office.begin("a")
    office.gate.close("away")
    assert not office.outbox.reserve()
    office.outbox.send(begun)
    assert office.sender.sent == []
    assert office.ledger.census()["syncs_waiting"] == 1


def test_another_of_the_same_instance_is_not_begun_beside_one_that_is_owed(office: Office) -> None:
    begun = office.begin("a")
    for name in ("b", "c", "d"):
        assert office.owe(name, begin=True, process_instance_id="instance-of-a") is SyncOwed.OWED
    office.outbox.send(begun)
    assert office.send()
    assert office.sender.sent == [SyncRequest("instance-of-a", "order")] * 2, "three that waited went out as one"


def test_the_end_of_one_that_a_full_disk_has_undone_ends_no_other(office: Office) -> None:
    undone = office.begin("a")
    office.outbox.send(undone)
    office.time[0] += 1
    other = office.begin("b")
    assert other.id == undone.id, "the number is given again"
    office.ledger.syncs.sent(undone)
    assert office.ledger.census()["syncs_started"] == 1


def test_a_sync_whose_end_was_not_recorded_is_sent_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.owe()
    with monkeypatch.context() as patch:
        patch.setattr(office.ledger.syncs, "sent", lambda _: answer([LedgerUnavailable("database or disk is full")]))
        office.send()
    assert not office.send()
    office.time[0] += 901
    assert office.send()
    assert len(office.sender.sent) == 2


def test_a_new_sync_is_not_merged_into_one_that_has_been_tried(office: Office) -> None:
    office.sender.script = [SyncRefused("busy")]
    office.owe("task-1")
    office.send()
    office.owe("task-2", process_instance_id="instance-of-task-1")
    assert office.send(), "the new one is due at once"


@pytest.mark.parametrize(
    "error", [ChannelFault("x", "insufficient_scope"), MethodMissing("x", "ERROR_METHOD_NOT_FOUND")]
)
def test_without_the_right_or_the_module_all_syncs_wait(office: Office, error: PortalError) -> None:
    office.owe("task-1")
    office.owe("task-2")
    office.sender.script = [error]
    office.send()
    assert not office.send()
    assert office.events.names().count("sync.paused") == 1


def test_two_that_find_the_module_missing_at_once_tell_it_once(office: Office) -> None:
    office.owe("a")
    office.owe("b")
    both_sent = threading.Barrier(2)

    def deliver(request: SyncRequest) -> None:
        both_sent.wait(10)
        raise MethodMissing("imena.camunda.sync", "ERROR_METHOD_NOT_FOUND")

    def emit(event: str, **facts: object) -> None:
        time.sleep(0.1)  # long enough for the other to look as well
        told.append(event)

    told: list[str] = []
    office.sender.deliver = deliver  # type: ignore[method-assign]
    office.events.emit = emit  # type: ignore[method-assign, assignment]
    office.outbox.look()
    slots = [threading.Thread(target=office.outbox.loop) for _ in range(2)]
    for slot in slots:
        slot.start()
        office.outbox._line.put(None)
    for slot in slots:
        slot.join(10)
    assert told.count("sync.paused") == 1


def test_the_ledger_is_asked_when_something_is_owed_and_not_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "TICK_SECONDS", 30.0)
    asked = threading.Semaphore(0)
    take = office.ledger.syncs.take
    office.ledger.syncs.take = lambda limit: asked.release() or take(limit)  # type: ignore[method-assign, func-returns-value]
    with office.at_work():
        assert asked.acquire(timeout=10), "once at the start"
        assert not asked.acquire(timeout=0.3), "and not by each slot"
        office.owe()
        office.outbox.wake()
        assert asked.acquire(timeout=10)
        wait_until(lambda: office.sender.sent, "it to be sent")


def test_what_waits_for_a_slot_is_looked_for_when_one_is_free_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "TICK_SECONDS", 30.0)
    for number in range(100):
        office.owe(f"task-{number}")
    with office.at_work():
        wait_until(lambda: len(office.sender.sent) == 100, "all to be sent within one tick", seconds=20)


def test_one_look_at_the_ledger_serves_many(office: Office) -> None:
    asked = []
    take = office.ledger.syncs.take
    office.ledger.syncs.take = lambda limit: asked.append(limit) or take(limit)  # type: ignore[method-assign, func-returns-value]
    for number in range(10):
        office.owe(f"task-{number}")
    office.send()
    assert len(office.sender.sent) == 10
    assert len(asked) == 1


def test_a_sync_that_keeps_failing_is_parked_in_time(office: Office) -> None:
    """The next try is no later than the end: waits that double went up to twice as far."""
    office.outbox._give_up_seconds = 24 * 3600.0
    office.owe()
    office.sender.script = [SyncRefused("busy")] * 40
    began = office.time[0]
    while not office.ledger.syncs.parked():
        office.send()
        office.time[0] += 60
    assert office.time[0] - began < 1.1 * 24 * 3600


def test_one_that_waits_for_a_slot_goes_before_those_that_are_sent_at_once(office: Office) -> None:
    with all_slots_taken(office):
        office.owe("waits")
        office.outbox.wake()
        wait_until(lambda: started(office) == 1 and office.outbox._line.empty(), "taken from the line")
        time.sleep(0.05)
        office.outbox.release()
        assert not office.outbox.reserve() or office.sender.sent
        wait_until(lambda: office.sender.sent, "sent")
        office.outbox.release()


def test_no_more_is_taken_ahead_while_all_slots_are_taken(office: Office) -> None:
    """With a shared ledger, what is taken is sent by no other worker, however idle."""
    office.outbox._ahead = 1
    with all_slots_taken(office):
        for name in ("a", "b", "c"):
            office.owe(name)
        office.outbox.wake()
        wait_until(lambda: started(office) >= 1 and office.outbox._line.empty(), "taken from the line")
        time.sleep(0.05)
        office.outbox.look()
        before = started(office)
        for _ in range(SLOTS):
            office.outbox.release()
        wait_until(lambda: len(office.sender.sent) == 3, "all are sent")
    assert before == 1


def started(office: Office) -> int:
    return office.ledger.census()["syncs_started"]


@contextmanager
def all_slots_taken(office: Office) -> Iterator[None]:
    """By those that are sent at once; the threads are at work."""
    for _ in range(SLOTS):
        assert office.outbox.reserve()
    with office.at_work():
        yield


def test_however_short_its_time_is_a_sync_is_tried_three_times(office: Office) -> None:
    office.outbox._give_up_seconds = 1.0
    office.owe()
    for _ in range(3):
        assert office.ledger.syncs.parked() == []
        office.sender.script = [SyncRefused("still busy")]
        office.time[0] += 86400.0
        office.send()
    assert len(office.ledger.syncs.parked()) == 1


def test_a_clock_that_jumps_by_days_parks_nothing_that_was_not_tried_for_its_time(office: Office) -> None:
    office.outbox._give_up_seconds = 24 * 3600.0
    office.owe()
    for _ in range(8):
        office.sender.script = [SyncRefused("still busy")]
        office.time[0] += 30 * 86400.0
        office.send()
    assert office.ledger.syncs.parked() == []
    assert len(office.ledger.syncs.late()) == 1


# --- the pool helps ---


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Office]:
    """With more slots than threads of its own."""
    office = Office(tmp_path, slots=20, pool_size=8)
    yield office
    office.threads.drain()
    office.ledger.close()


def test_of_many_that_are_due_the_pool_sends_too(wide: Office) -> None:
    together = threading.Barrier(wide.outbox.own_threads + 8)
    wide.sender.deliver = lambda _: together.wait(20)  # type: ignore[method-assign, assignment]
    for number in range(2 * together.parties):
        wide.owe(f"task-{number}")
    with wide.at_work():
        wait_until(lambda: wide.ledger.census()["syncs_started"] == 0, "all to be sent, twelve at once", seconds=30)
    assert not together.broken
    assert wide.ledger.counters()["sync_requests_sent"] == 2 * together.parties


def test_other_jobs_of_the_pool_have_their_turn_between_two_that_it_sends(tmp_path: Path) -> None:
    office = Office(tmp_path, slots=5)  # four threads of its own, which are not at work here, and one helper
    sent_before: list[int] = []
    go_on = threading.Event()
    office.threads.submit(lambda: go_on.wait(10))
    for number in range(3):
        office.owe(f"task-{number}")
    office.outbox.look()
    office.threads.submit(lambda: sent_before.append(len(office.sender.sent)))
    go_on.set()
    wait_until(lambda: len(office.sender.sent) == 3, "all to be sent")
    office.threads.drain()
    office.ledger.close()
    assert sent_before == [1]


def test_at_the_end_the_pool_takes_none_and_all_are_put_back(wide: Office) -> None:
    for number in range(16):
        wide.owe(f"task-{number}")
    held = threading.Event()
    for _ in range(8):
        wide.threads.submit(lambda: held.wait(10))
    wide.outbox.look()
    wide.outbox.close()
    held.set()
    for _ in range(wide.outbox.own_threads):
        wide.outbox.loop()
    assert wide.sender.sent == []
    assert wide.ledger.census() == wide.ledger.census() | {"syncs_started": 0, "syncs_waiting": 16}


def test_syncs_of_their_own_threads_go_on_while_all_threads_of_the_pool_wait(wide: Office) -> None:
    held = threading.Event()
    for _ in range(8):
        wide.threads.submit(lambda: held.wait(20))
    for number in range(40):
        wide.owe(f"task-{number}")
    with wide.at_work():
        wait_until(lambda: len(wide.sender.sent) == 40, "all to be sent", seconds=20)
    held.set()


def test_those_that_are_sent_at_once_do_not_stop_for_those_in_the_ledger(wide: Office) -> None:
    """Whoever owes one carries it himself, so creates get no further ahead than there are threads."""
    for number in range(40):
        wide.owe(f"task-{number}")
    wide.outbox.look()
    assert wide.outbox.reserve()
