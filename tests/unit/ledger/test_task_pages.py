"""Pages through the ledger and the search in it: nothing is missed, shown twice or scanned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, draft, fetched, open_ledger
from worker.config.served import Served
from worker.config.tenants import Tenants
from worker.ledger import Ledger
from worker.ledger.schema import tasks
from worker.ledger.task_pages import LAST, MOST_FOUND, NEWEST, Cursor, beginning, cursor_of, exact, newest_of
from worker.model import FetchedTask, Stage, UnreadName
from worker.words.phrase import NOTHING

ID = "0f3a1b2c-aff0-11f0-b47d-00b436387543"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def keep(ledger: Ledger, *some: FetchedTask, number: int = 42) -> None:
    for task in some:
        ledger.created(task, None, number, DONE, adopted=False)


def fill(ledger: Ledger, count: int, at: float | None = None) -> None:
    """Rows of two stages, each changed a second after the one before, or all at the same time."""
    for number in range(count):
        keep(ledger, fetched(f"task-{number:03}"), number=number + 1)
    with ledger._store.transaction() as tx:
        for number in range(count):
            values = {"updated_at": at or float(number), "stage": Stage.SETTLED if number % 3 else Stage.CREATED}
            which = tasks.c.external_task_id == f"task-{number:03}"
            tx.execute(sa.update(tasks).where(which).values(values))


@pytest.mark.parametrize("at", [None, 7.5], ids=["one after another", "all at once"])
def test_the_pages_show_every_task_once_and_the_newest_first(ledger: Ledger, at: float | None) -> None:
    count = 2 * NEWEST + 5
    fill(ledger, count, at)
    view = ledger.views.read()
    pages, older = [[one.external_task_id for one in view.newest]], view.older
    while older:
        page = ledger.views.tasks_before(older)
        pages.append([one.external_task_id for one in page.tasks])
        older = page.older
    assert [len(page) for page in pages] == [NEWEST, NEWEST, 5]
    assert [id_ for page in pages for id_ in page] == [f"task-{number:03}" for number in reversed(range(count))]


def test_a_full_last_page_leads_nowhere(ledger: Ledger) -> None:
    fill(ledger, NEWEST)
    assert ledger.views.read().older is None


def test_a_cursor_survives_being_written() -> None:
    cursor = Cursor(1_800_000_000.123456, "a~b")
    assert cursor_of(str(cursor)) == cursor


@pytest.mark.parametrize(
    "words",
    [ID, ID[:8], "instance-7", "ORDER-7", "ORD", "4711", "№ 4711", "#4711", "  ORDER-7 "],
)
def test_a_task_is_found_by_all_that_names_it(ledger: Ledger, words: str) -> None:
    keep(ledger, fetched(ID, process_instance_id="instance-7", business_key="ORDER-7"), number=4711)
    keep(ledger, fetched("other", process_instance_id="x", business_key="X"), number=1)
    assert [one.external_task_id for one in ledger.views.search(words).tasks] == [ID]


@pytest.mark.parametrize(
    "words", ["", " ", "%", "_", "RDER", "471", "order-7", "47110", "9" * 30, "\x00", "\ud800", LAST]
)
def test_nothing_else_finds_it(ledger: Ledger, words: str) -> None:
    keep(ledger, fetched(ID, process_instance_id="instance-7", business_key="ORDER-7"), number=4711)
    assert ledger.views.search(words).tasks == []


def test_what_is_named_exactly_hides_what_only_begins_so(ledger: Ledger) -> None:
    keep(ledger, fetched("a", business_key="ORDER-1"), fetched("b", business_key="ORDER-10"))
    assert [one.external_task_id for one in ledger.views.search("ORDER-1").tasks] == ["a"]
    assert len(ledger.views.search("ORDER").tasks) == 2


def test_one_number_may_be_several_things(ledger: Ledger) -> None:
    keep(ledger, fetched("a", business_key="7"), number=1)
    keep(ledger, fetched("b"), number=7)
    assert {one.external_task_id for one in ledger.views.search("7").tasks} == {"a", "b"}


def test_many_are_cut_and_that_is_told(ledger: Ledger) -> None:
    keep(ledger, *(fetched(f"task-{number}", business_key="SAME") for number in range(MOST_FOUND + 1)))
    found = ledger.views.search("SAME")
    assert (len(found.tasks), found.cut, found.older) == (MOST_FOUND, True, None)
    assert not ledger.views.search("task-77").cut


def test_found_tasks_say_who_serves_them(ledger: Ledger) -> None:
    ledger.waiting.begin(fetched("a", topic="other", business_key="K"), None, 1, origin="created")
    served = Served(("bitrix_create_task",), Tenants())
    assert [one.served for one in ledger.views.search("K", served).tasks] == [False]


def test_the_row_keeps_what_names_its_step(ledger: Ledger) -> None:
    task = fetched("a", business_key="ORDER-7\n\x1b[31m", activity_name="Approve")
    row = ledger.begin_create(task, draft(task), None)
    unread = UnreadName("activity_name", "", NOTHING)
    ledger.created(fetched("a", activity_id="", activity_name=unread), row, 42, DONE, adopted=False)
    [seen] = ledger.views.read().newest
    assert (seen.business_key, seen.activity_id, seen.activity_name) == (
        "ORDER-7 \\u001b[31m",
        "Task_Create",
        "Approve",
    )
    keep(ledger, fetched("b", business_key="k" * 5000))
    assert len(ledger.views.search("kkk").tasks[0].business_key or "") == 255


def test_no_row_is_read_that_is_not_shown(ledger: Ledger) -> None:
    """A million rows cost nothing: an index finds each page and each search; only equal times are sorted."""
    pages = [newest_of(stage, before) for stage in Stage for before in (None, Cursor(7.0, "a"))]
    searches = [*exact("4711"), *exact("ORDER-7"), *beginning("ORDER", "sqlite")]
    with ledger._store.transaction() as tx:
        for query in (*pages, *searches):
            words = query.compile(tx, compile_kwargs={"literal_binds": True})
            plan = " / ".join(str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
            assert "SEARCH tasks USING INDEX" in plan
            assert "SCAN" not in plan
            assert "TEMP B-TREE FOR ORDER BY" not in plan
        seeks = [
            str(row[-1])
            for query in pages[1::2]
            for row in tx.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {query.compile(tx, compile_kwargs={'literal_binds': True})}"
            )
        ]
        assert sum("tasks_by_stage (stage=? AND updated_at<?)" in seek for seek in seeks) == len(Stage)
