"""A ledger that several workers share, on a real PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

import psycopg
import pytest

from sandbox.postgres import Postgres
from tests.support.builders import DONE, FAILED, draft, fetched, owed_for
from tests.support.engine_admin import wait_until
from worker.commands.status import status_of
from worker.config.served import Served
from worker.config.tenants import Tenants
from worker.ledger import (
    Counted,
    Kept,
    Ledger,
    LedgerError,
    LedgerUnavailable,
    Reports,
    StaleRow,
    SyncOwed,
    postgresql,
    preparation,
)
from worker.ledger.leases import DEAD_BEATS, SlotLost
from worker.ledger.life import Life
from worker.ledger.peers import Peers
from worker.ledger.postgresql import Postgresql
from worker.ledger.schema import SCHEMA_LOCK
from worker.ledger.task_pages import beginning, exact
from worker.model import Promise, Stage, SyncRequest
from worker.words.codes import Preparing

BEAT = 1.0
Open = Callable[..., Ledger]


@pytest.fixture
def open_ledger(postgres: Postgres) -> Iterator[Open]:
    """Opens ledgers of one fresh database; time of each is `ledger.test_time`."""
    with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
    opened: list[Ledger] = []

    def make(owner: str, **changes: object) -> Ledger:
        values = {"portal": "https://portal.example", "engine": "http://engine", "beat_seconds": BEAT} | changes
        ledger = Ledger(postgres.url, owner=owner, exclusive=True, **values)  # type: ignore[arg-type]
        opened.append(ledger)
        return ledger

    yield make
    for ledger in opened:
        ledger.close()


def life_of(ledger: Ledger, external_task_id: str) -> Life:
    life = ledger.views.life(external_task_id)
    assert life is not None
    return life


def later(ledger: Ledger, seconds: float) -> None:
    ledger._server_boot += seconds


def test_several_may_start_at_once_on_an_empty_database(open_ledger: Open) -> None:
    ledgers: list[Ledger] = []
    threads = [threading.Thread(target=lambda n=n: ledgers.append(open_ledger(f"run-{n}"))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ledger.id for ledger in ledgers}) == 1
    assert len(ledgers) == 6


def test_who_prepares_the_tables_may_take_longer_than_any_transaction(
    postgres: Postgres, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker upgrades large tables: who starts beside it waits, and is not refused."""
    monkeypatch.setattr(postgresql, "STATEMENT_MS", 5000)  # its own statements, and the pauses between, stay below it
    monkeypatch.setattr(postgresql, "SILENT_SECONDS", 5.0)
    monkeypatch.setattr(preparation, "FIRST_SECONDS", 6.5)
    waits: SimpleQueue[Any] = SimpleQueue()
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as upgrade, ThreadPoolExecutor(1) as pool:
        upgrade.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        beside = pool.submit(open_ledger, "run-1", reports=Reports(preparing=lambda *facts: waits.put(facts)))
        assert waits.get(timeout=60)[0] is Preparing.OTHERS
        assert not beside.done()
        upgrade.commit()
        assert beside.result().id


def test_who_waits_for_another_that_prepares_the_tables_says_so_again_and_again(
    postgres: Postgres, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "FIRST_SECONDS", 0.1)
    monkeypatch.setattr(preparation, "AGAIN_SECONDS", 0.1)
    told: SimpleQueue[Any] = SimpleQueue()
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as upgrade, ThreadPoolExecutor(1) as pool:
        upgrade.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        beside = pool.submit(open_ledger, "run-1", reports=Reports(preparing=lambda *facts: told.put(facts)))
        (first, early, most), (again, later_on, _) = told.get(timeout=60), told.get(timeout=60)
        assert (first, again, most) == (Preparing.OTHERS, Preparing.OTHERS, postgresql.PREPARATION_SECONDS)
        assert 0 < early < later_on
        upgrade.commit()
        assert beside.result().id


def test_the_workers_of_a_ledger_are_known_by_their_ids_also_once_they_are_silent(open_ledger: Open) -> None:
    first, second = open_ledger("run-1"), open_ledger("run-2")
    names = {f"vm-{ledger.leases.lease('vm', locks_for=150)}" for ledger in (first, second)}
    assert first.views.workers() == names == {"vm-1", "vm-2"}
    assert 0 <= first.now() - first.views.made_at() < 600
    later(first, DEAD_BEATS * BEAT + 60)
    assert first.views.workers() == names, "what they left locked is no stranger's"
    second.leases.release()
    assert first.views.workers() == {"vm-1"}


def test_a_worker_killed_right_after_a_fetch_is_told_as_silent_until_its_locks_have_ended(open_ledger: Open) -> None:
    """It had recorded nothing: the next run called it unknown, and sent its operator to look for a lost ledger."""
    open_ledger("run-1").leases.lease("host", locks_for=100)
    heir = open_ledger("run-2")
    later(heir, (DEAD_BEATS + 1) * BEAT)
    heir.leases.lease("host", locks_for=100)
    [silent] = heir.leases.beat().silent
    assert (silent.worker, silent.steps, silent.until - silent.beat_at) == ("host-1", 0, 100)
    assert heir.leases.beat() == Peers([], [], [])
    later(heir, 100)
    assert heir.leases.beat() == Peers([], ["host-1"], [])
    heir.leases.release()
    late = open_ledger("run-3")
    later(late, 200)
    late.leases.lease("elsewhere", locks_for=100)
    assert late.leases.beat().silent == [], "nothing of it is left"


def test_a_ledger_of_another_pair_is_refused(open_ledger: Open) -> None:
    open_ledger("run-1")
    with pytest.raises(LedgerError, match="belongs to"):
        open_ledger("run-2", portal="https://other.example")


def test_no_text_shows_the_password(postgres: Postgres) -> None:
    wrong = postgres.url.replace(f":{postgres.port}/", ":1/")
    with pytest.raises(LedgerError) as caught:
        Ledger(wrong, portal="p", engine="e", owner="run-1", exclusive=True)
    assert postgres.secret not in str(caught.value)
    assert postgres.secret not in caught.value.phrase.ru


def test_slots_differ_and_one_that_was_left_is_free(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    assert one.leases.lease("host", locks_for=100) == 1
    assert other.leases.lease("host", locks_for=100) == 2
    one.leases.release()
    assert open_ledger("run-3").leases.lease("host", locks_for=100) == 1
    assert open_ledger("run-4").leases.lease("elsewhere", locks_for=100) == 1


def test_slots_leased_at_once_differ(open_ledger: Open) -> None:
    ledgers = [open_ledger(f"run-{n}") for n in range(8)]
    slots: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: slots.append(one.leases.lease("host", locks_for=9))) for one in ledgers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == list(range(1, 9))


def test_a_slot_is_free_only_when_every_lock_of_its_holder_has_run_out(open_ledger: Open) -> None:
    dead = open_ledger("run-1")
    dead.leases.lease("host", locks_for=100)
    heir = open_ledger("run-2")
    later(heir, 90)
    assert heir.leases.lease("host", locks_for=100) == 2
    heir.leases.release()
    later(heir, 20)
    assert heir.leases.lease("host", locks_for=100) == 1
    with pytest.raises(SlotLost):
        dead.beat()


def test_a_slot_is_not_inherited_before_the_locks_of_its_holder_have_run_out(open_ledger: Open) -> None:
    """However short the heir's own locks are: the holder may be suspended, and its locks unbroken."""
    open_ledger("run-1").leases.lease("host", locks_for=600)
    heir = open_ledger("run-2")
    later(heir, 500)
    assert heir.leases.lease("host", locks_for=10) == 2


def test_only_one_of_two_can_change_a_row(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    task = fetched()
    row = one.begin_create(task, draft(task), None)
    seen = other.known([task.id])[task.id]
    assert seen == row
    other.begin_create(task, draft(task), seen)
    with pytest.raises(StaleRow):
        one.created(task, row, 42, DONE, adopted=False)
    with pytest.raises(StaleRow):
        one.begin_create(task, draft(task), None)


def test_what_the_living_owe_is_theirs_and_what_the_dead_owed_is_anybodys(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.leases.lease("host", locks_for=100)
    other.leases.lease("host", locks_for=100)
    task = fetched()
    one.created(task, None, 42, DONE, adopted=False)
    assert other.settlements.due(10) == []
    assert [owed.external_task_id for owed in one.settlements.due(10)] == [task.id]
    later(other, (DEAD_BEATS + 1) * BEAT)
    other.leases.beat()
    (inherited,) = other.settlements.due(10)
    assert (inherited.owner, inherited.worker_id, inherited.settlement) == ("run-2", "w", DONE)
    assert other.settlements.settled(inherited) is SyncOwed.OWED


def test_a_worker_that_falls_silent_is_told_once_with_what_it_left(open_ledger: Open) -> None:
    """The survivor of a killed worker said nothing, and its steps were late for no visible reason."""
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.leases.lease("host", locks_for=100)
    other.leases.lease("host", locks_for=100)
    for name in ("a", "b"):
        one.waiting.begin(fetched(name), None, 42, origin="created")
    beaten = other.now()
    assert other.beat() == Peers([], [], [])
    assert [life_of(other, name).task.absent for name in ("a", "b")] == [None, None]
    later(other, (DEAD_BEATS + 1) * BEAT)
    absent = life_of(other, "a").task.absent
    assert absent is not None
    assert (absent.worker, absent.until - absent.since) == ("host-1", 100)
    assert abs(absent.since - beaten) < 60
    [silent] = other.leases.beat().silent
    assert (silent.worker, silent.steps) == ("host-1", 2)
    assert abs(silent.beat_at - beaten) < 60
    assert other.leases.beat() == Peers([], [], []), "told once"
    third = open_ledger("run-3")
    third.leases.lease("elsewhere", locks_for=100)
    later(third, (DEAD_BEATS + 1) * BEAT)
    third.leases.beat()
    other.waiting.inherit(10)
    assert life_of(other, "a").task.absent is None, "it is ours now"
    fourth = open_ledger("run-4")
    later(fourth, 3 * (DEAD_BEATS + 1) * BEAT + 100)
    fourth.leases.lease("elsewhere", locks_for=100)
    assert [one.worker for one in fourth.leases.beat().silent] == ["host-2"], (
        "of long ago, with nothing left, is no news"
    )


def test_a_silent_worker_that_beats_again_or_whose_slot_is_taken_is_told_as_back(open_ledger: Open) -> None:
    one, other, third = open_ledger("run-1"), open_ledger("run-2"), open_ledger("run-3")
    for ledger in (one, other, third):
        ledger.leases.lease("host", locks_for=100)
        ledger.waiting.begin(fetched(f"of-{ledger.owner}"), None, 42, origin="created")
    later(other, (DEAD_BEATS + 1) * BEAT)
    assert {silent.worker for silent in other.leases.beat().silent} == {"host-1", "host-3"}
    later(one, (DEAD_BEATS + 1) * BEAT)
    one.leases.beat()
    assert other.leases.beat() == Peers([], [], ["host-1"])
    third.leases.release()
    assert other.leases.beat() == Peers([], [], ["host-3"])
    assert other.leases.beat() == Peers([], [], [])


def test_a_create_names_its_worker_once_that_has_fallen_silent(open_ledger: Open) -> None:
    """Page and `status` said that the portal had not answered yet: it was well, and whoever had asked was killed."""
    one, other = open_ledger("run-1"), open_ledger("run-2")
    for ledger in (one, other):
        ledger.leases.lease("host", locks_for=100)
    task = fetched()
    one.begin_create(task, draft(task), None)
    assert [seen.absent for seen in other.views.creating()] == [None]
    later(other, 20)
    other.leases.beat()
    [listed], [shown] = other.views.creating(), other.views.read().creating
    absent = listed.absent
    assert absent == shown.absent
    assert absent is not None
    assert (absent.worker, absent.until - absent.since) == ("host-1", 100)
    [row, of_worker] = status_of(other)["waiting"]
    assert (of_worker["kind"], of_worker["worker"], of_worker["steps"]) == ("silent", "host-1", 1)
    assert row["reason"].startswith("the worker host-1, which sent the request, has sent no heartbeat since")
    assert "Start host-1, unless it has been started again" in row["cure"]
    other.begin_create(task, draft(task), other.known([task.id])[task.id])
    assert [seen.absent for seen in other.views.creating()] == [None], "it is ours now"


def test_a_silent_worker_whose_steps_are_all_taken_over_is_told_as_relieved_once(open_ledger: Open) -> None:
    """Started again under another number while its slot was kept, it left a warning that no event ever ended."""
    one, other = open_ledger("run-1"), open_ledger("run-2")
    for ledger in (one, other):
        ledger.leases.lease("host", locks_for=1000)
    for name in ("a", "b"):
        one.waiting.begin(fetched(name), None, 42, origin="created")
    later(other, (DEAD_BEATS + 1) * BEAT)
    again = open_ledger("run-3")
    later(again, (DEAD_BEATS + 1) * BEAT)
    assert again.leases.lease("host", locks_for=1000) == 3
    for ledger in (other, again):
        assert [silent.steps for silent in ledger.leases.beat().silent] == [2]
    other.leases.beat()
    other.waiting.inherit(1)
    assert other.leases.beat() == Peers([], [], []), "one step is left"
    other.waiting.inherit(10)
    for ledger in (other, again):
        assert ledger.leases.beat() == Peers([], ["host-1"], [])
        assert ledger.leases.beat() == Peers([], [], []), "told once"
    later(one, (DEAD_BEATS + 1) * BEAT)
    one.leases.beat()
    assert other.leases.beat() == Peers([], [], ["host-1"]), "it was only stopped"


def test_a_worker_that_ends_in_order_is_not_told_as_silent(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.leases.lease("host", locks_for=100)
    other.leases.lease("host", locks_for=100)
    one.waiting.begin(fetched(), None, 42, origin="created")
    one.leave()
    later(other, (DEAD_BEATS + 1) * BEAT)
    assert other.leases.beat() == Peers([], [], [])


def test_a_start_goes_on_only_with_waiting_steps_of_no_running_worker(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.leases.lease("w", locks_for=10)
    other.leases.lease("w", locks_for=10)
    kept = Kept("{}", "today's settings")
    one.waiting.begin(fetched(), None, 42, origin="created", promise=Promise.CLOSE, kept=kept)
    assert other.waiting.resume(["task-1"], "w", ["today's settings"]) == []
    later(other, (DEAD_BEATS + 1) * BEAT)
    other.leases.beat()
    assert other.waiting.resume(["task-1"], "w", ["other settings"]) == []
    assert other.waiting.resume(["task-1"], "another", ["today's settings"]) == []
    [(row, text)] = other.waiting.resume(["task-1"], "w", ["today's settings"])
    assert (row.owner, text) == ("run-2", "{}")
    assert other.waiting.step("task-1") == (row, "{}")
    with pytest.raises(StaleRow):
        one.waiting.step("task-1")


def test_who_comes_back_from_the_dead_undoes_nothing(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    task = fetched()
    one.created(task, None, 42, DONE, adopted=False)
    mine = one.settlements.of(task.id)
    assert mine
    later(other, 100)
    (inherited,) = other.settlements.due(10)
    assert one.settlements.settled(mine) is SyncOwed.NOTHING
    one.settlements.superseded(mine)
    assert other.known([task.id])[task.id].stage is Stage.CREATED
    assert other.settlements.settled(inherited) is SyncOwed.OWED


def test_what_the_engine_has_accepted_is_synchronised_though_a_fellow_has_given_the_row_up(open_ledger: Open) -> None:
    """The fellow had stood still for longer than its lock, and was refused while our completion was on its way."""
    one, other = open_ledger("run-1"), open_ledger("run-2")
    task = fetched()
    one.created(task, None, 42, DONE, adopted=False)
    mine = owed_for(one)
    row = other.received([task])[task.id]
    other.arm(task, row, DONE)
    other.settlements.superseded(owed_for(other))
    assert one.settlements.settled(mine) is SyncOwed.OWED
    assert one.known([task.id])[task.id].stage is Stage.SETTLED
    assert one.settlements.settled(mine) is SyncOwed.NOTHING


def test_what_was_undone_is_not_counted_with_what_comes_next(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.created(fetched(), None, 42, FAILED, adopted=False)
    mine = owed_for(one)
    later(other, 100)
    (inherited,) = other.settlements.due(10)
    assert one.settlements.settled(mine) is SyncOwed.NOTHING
    one.probe()
    assert "tasks_failed" not in one.counters()
    other.settlements.settled(inherited)
    assert other.counters()["tasks_failed"] == 1


def test_a_hand_out_to_another_drops_the_failure_of_the_first(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    task = fetched()
    one.rejected(task, None, FAILED)
    mine = one.settlements.of(task.id)
    assert mine
    other.received([task])
    assert one.settlements.of(task.id) is None
    assert one.settlements.settled(mine) is SyncOwed.NOTHING


def test_a_sync_goes_to_one_of_many(open_ledger: Open) -> None:
    ledgers = [open_ledger(f"run-{n}", beat_seconds=60.0) for n in range(4)]
    for ledger in ledgers:
        ledger.leases.lease("host", locks_for=100)
    for number in range(40):
        task = fetched(f"t{number}", process_instance_id=f"i{number}")
        ledgers[0].created(task, None, number + 1, DONE, adopted=False)
        owed = ledgers[0].settlements.of(task.id)
        assert owed
        ledgers[0].settlements.settled(owed)
    taken: list[int] = []

    def work(ledger: Ledger) -> None:
        while found := ledger.syncs.take(3):
            taken.extend(sync.id for sync in found)

    threads = [threading.Thread(target=work, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


def test_a_sync_that_a_dead_worker_had_started_is_due_again(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    task = fetched()
    one.created(task, None, 42, DONE, adopted=False)
    owed = one.settlements.of(task.id)
    assert owed
    one.settlements.settled(owed)
    one.leases.lease("host", locks_for=100)
    assert len(one.syncs.take(1)) == 1
    assert other.syncs.take(1) == []
    later(other, (DEAD_BEATS + 1) * BEAT)
    assert len(other.syncs.take(1)) == 1


def test_a_sync_that_was_started_by_one_who_leaves_is_due_at_once(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    one.leases.lease("host", locks_for=100)
    one.syncs.queue([SyncRequest("instance", "order")])
    assert len(one.syncs.take(1)) == 1
    one.leave()
    later(other, 5)  # each is behind the server by what its question took
    assert len(other.syncs.take(1)) == 1


def test_the_own_clock_does_not_matter(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2", now=lambda: 0.0)
    one.leases.lease("host", locks_for=100)
    one.syncs.queue([SyncRequest("instance", "order")])
    assert abs(other.now() - one.now()) < 5
    later(other, 5)  # each is behind the server by what its question took
    assert len(other.syncs.take(1)) == 1


def test_a_restarted_server_is_a_pause(postgres: Postgres, open_ledger: Open) -> None:
    ledger = open_ledger("run-1")
    task = fetched()
    row = ledger.begin_create(task, draft(task), None)
    postgres.kill()
    with pytest.raises(LedgerUnavailable):
        ledger.probe()
    postgres.start()
    assert ledger.known([task.id]) == {task.id: row}, "what was acknowledged has survived"


def test_a_connection_cut_before_the_commit_has_changed_nothing(postgres: Postgres, open_ledger: Open) -> None:
    ledger = open_ledger("run-1")
    cut = Cut(postgres, ledger, after_commit=False)
    with pytest.raises(LedgerUnavailable):
        ledger.count(Counted.TASKS_CREATED)
    assert cut.happened
    assert "tasks_created" not in ledger.counters()


def test_a_connection_cut_while_committing_is_resolved_by_asking(postgres: Postgres, open_ledger: Open) -> None:
    """The server has committed, the answer is lost: the transaction counts, and is not done twice."""
    ledger = open_ledger("run-1")
    cut = Cut(postgres, ledger, after_commit=True)
    ledger.count(Counted.TASKS_CREATED)
    assert cut.happened
    assert ledger.counters()["tasks_created"] == 1


def test_a_commit_that_a_crash_has_undone_is_not_mistaken_for_the_next_ones(
    postgres: Postgres, open_ledger: Open
) -> None:
    """After a crash the server hands the number of a lost transaction out again."""
    ledger, other = open_ledger("run-1"), open_ledger("run-2")
    ledger.probe()

    def crash() -> None:
        postgres.kill()
        postgres.start()
        with suppress(LedgerUnavailable):
            other.probe()  # its connection was cut too
        for _ in range(3):
            other.probe()

    cut = Cut(postgres, ledger, after_commit=False, how=crash)
    with pytest.raises(LedgerUnavailable):
        ledger.count(Counted.TASKS_CREATED)
    assert cut.happened
    assert "tasks_created" not in ledger.counters()


def test_all_that_was_acknowledged_is_there_after_crashes(postgres: Postgres, open_ledger: Open) -> None:
    ledger = open_ledger("run-1")
    over = threading.Event()
    acknowledged: list[str] = []

    def work(thread: int) -> None:
        for number in range(100_000):
            task = fetched(f"{thread}-{number}")
            if over.is_set():
                return
            with suppress(LedgerUnavailable):
                ledger.begin_create(task, draft(task), None)
                acknowledged.append(task.id)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for crash in range(4):
        wait_until(lambda crash=crash: len(acknowledged) > 30 * (crash + 1), "rows are being written", 30)  # type: ignore[misc]
        postgres.kill()
        postgres.start()
    over.set()
    for thread in threads:
        thread.join()
    assert len(acknowledged) > 100
    assert set(acknowledged) <= set(ledger.known(acknowledged))


def test_a_server_that_falls_silent_holds_nobody(
    postgres: Postgres, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger("run-1")
    ledger.probe()
    assert isinstance(ledger._store._database, Postgresql)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ledger._store._database._silence, "_seconds", 1.0)
        with postgres.frozen(), pytest.raises(LedgerUnavailable):
            ledger.count(Counted.TASKS_CREATED)
    ledger.count(Counted.TASKS_ADOPTED)
    assert ledger.counters()["tasks_adopted"] == 1


class Cut:
    """Cuts the connection of the next commit, before or after the server has executed it."""

    def __init__(
        self, postgres: Postgres, ledger: Ledger, *, after_commit: bool, how: Callable[[], None] | None = None
    ) -> None:
        self.happened = False
        assert isinstance(ledger._store._database, Postgresql)
        dialect = ledger._store._database._engine.dialect
        real = dialect.do_commit

        def do_commit(pooled: Any) -> None:
            dialect.do_commit = real  # type: ignore[method-assign]
            connection: psycopg.Connection[object] = pooled.driver_connection
            if after_commit:
                real(pooled)
            self.happened = True
            if how:
                how()
                raise psycopg.OperationalError("the connection was cut")
            with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
            time.sleep(0.1)
            connection.execute("SELECT 1")  # raises: the connection is gone

        dialect.do_commit = do_commit  # type: ignore[method-assign, assignment]


def test_people_see_the_work_of_all_workers(open_ledger: Open) -> None:
    first, second = open_ledger("one"), open_ledger("two")
    first.created(fetched("a"), None, 42, DONE, adopted=False)
    first.settlements.postpone(owed_for(first, "a"), 30.0, "away")
    later(second, 1.0)  # more than the two may differ about the server's clock, which each has read by itself
    second.waiting.begin(fetched("b"), None, 43, origin="created")
    view = second.views.read()
    assert [(task.external_task_id, task.stage) for task in view.newest] == [("b", Stage.WAITING), ("a", Stage.CREATED)]
    assert [(task.external_task_id, task.error) for task in view.unsettled] == [("a", "away")]
    assert {name: count for name, count in view.counts.items() if count} == {
        "outcomes": 1,
        "syncs": 1,
        "unsettled": 1,
        "waiting": 1,
    }
    for one in (first, second):
        one.leases.lease("host", locks_for=100)
    others = Served(("another",), Tenants())
    left = second.views.not_served(others)
    assert [one.external_task_id for one in left] == ["b"], "what a living worker waits for is its own business"
    assert first.views.not_served(others) == []
    assert view.waiting_since is not None


def test_waiting_steps_are_read_in_portions(open_ledger: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.ledger.waiting.PORTION", 2)
    ledger = open_ledger("run-1")
    for number in range(5):
        ledger.waiting.begin(fetched(f"task-{number}"), None, number + 1, origin="created")
    portions = list(ledger.waiting.ours())
    assert [len(rows) for rows in portions] == [2, 2, 1]
    assert [row.portal_task_id for rows in portions for row in rows] == [1, 2, 3, 4, 5]


def test_workers_for_other_tenants_are_refused_while_one_runs(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    assert one.leases.bind_tenants("prod") is None
    one.leases.lease("host", locks_for=9)
    assert other.leases.bind_tenants("prod") is None
    with pytest.raises(LedgerError, match="for other tenants"):
        other.leases.bind_tenants("test")
    one.leases.release()
    assert other.leases.bind_tenants("test") == "prod"


def test_people_find_a_task_by_its_names_through_an_index(open_ledger: Open) -> None:
    ledger = open_ledger("run-1")
    id_ = "0f3a1b2c-aff0-11f0-b47d-00b436387543"
    ledger.created(fetched(id_, process_instance_id="In-7", business_key="ЗАКАЗ_7"), None, 47, DONE, adopted=False)
    ledger.created(fetched("other", process_instance_id="x", business_key="ЗАКАЗ"), None, 48, DONE, adopted=False)
    for words in (id_, id_[:8], "In-7", "In", "ЗАКАЗ_7", "ЗАКАЗ_", "47"):
        assert [one.external_task_id for one in ledger.views.search(words).tasks] == [id_], words
    for words in ("%", "_", "заказ", "\x00", "9" * 18):
        assert ledger.views.search(words).tasks == [], words
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for query in (*exact("4711"), *beginning("ЗАК", "postgresql")):
            statement = str(query.compile(tx, compile_kwargs={"literal_binds": True})).replace("%", "%%")
            plan = " / ".join(row[0] for row in tx.exec_driver_sql(f"EXPLAIN {statement}"))
            assert "Index Scan" in plan
            assert "Seq Scan" not in plan
            assert "Index Cond" in plan


def test_each_stuck_process_is_told_by_one_worker_and_so_is_its_end(open_ledger: Open) -> None:
    one, other = open_ledger("run-1"), open_ledger("run-2")
    for ledger in (one, other):
        ledger.leases.lease("host", locks_for=100.0)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda ledger: ledger.stuck.begin([f"i-{n}" for n in range(50)]), (one, other)))
    assert sorted(map(len, told)) == [0, 50]
    teller, silent = (one, other) if told[0] else (other, one)
    assert silent.stuck.end(set()) == set(), "whoever has told it tells its end, so that its warning passes there"
    assert teller.stuck.end({"i-1"}) == {f"i-{n}" for n in range(50)} - {"i-1"}
    teller.leave()
    assert silent.stuck.end(set()) == {"i-1"}
