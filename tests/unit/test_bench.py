"""What the bench computes from what it has seen, and that the pages have the rows that it prints. Nothing is timed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench.ceiling import Ceiling
from tests.bench.cell import Cell
from tests.bench.crowd import Idle, Released
from tests.bench.flow import Arrival, Flow
from tests.bench.machine import Load, Moment
from tests.bench.page import FIGURES, PAGES, RATIOS, SHIPPED, TABLES, WAITING, Findings, Table, same
from tests.bench.peers import a_few, everybody, ours
from tests.bench.portal_stub import OLD_NUMBERS, Stub
from tests.bench.throughput import Group, _rows
from tests.bench.waiting import Column, rows_of
from tests.support.processes import TICKS, family_seconds
from worker.words.phrase import LANGUAGES, Language, Phrase

QUIET, FULL, DISTURBED = Load(0.5, 0.01), Load(0.02, 0.01), Load(0.4, 0.2)
CEILING, DISTURBED_CEILING = Ceiling(400.0, FULL), Ceiling(63.0, DISTURBED)


def waves(size: int, latency: float, times: int, first: float = 0.0) -> list[Arrival]:
    """So many calls at once, the next as soon as they are answered."""
    return [Arrival(first + wave * latency, f"{wave}.{one}") for wave in range(times) for one in range(size)]


def cell(creates: float, syncs: float, load: Load = QUIET, lag: float = 0.1) -> Cell:
    return Cell(creates, syncs, lag, 25, 3.0, 2.0, 50, 50, 90.0, load)


@pytest.mark.parametrize("since", [0.0, 0.1, 0.5, 0.85])
def test_full_slots_are_the_whole_limit_wherever_the_window_cuts_their_waves(since: float) -> None:
    flow = Flow(waves(25, 0.9, 20), waves(25, 0.9, 20), 0.9)
    creates, syncs = flow.rates(1.8 + since, 10.0)
    assert (creates * 0.9 / 25, syncs * 0.9 / 25) == pytest.approx((1, 1))


def test_synchronisations_that_fall_behind_show_apart_from_the_creates() -> None:
    flow = Flow(waves(40, 0.3, 20), waves(10, 0.3, 20), 0.3)
    assert flow.rates(0.3, 3.0) == pytest.approx((40 / 0.3, 10 / 0.3))
    assert flow.behind() == 20 * 40 - 20 * 10


def test_a_portal_that_answers_at_once_is_counted_by_arrivals() -> None:
    arrivals = [Arrival(at / 10, str(at)) for at in range(100)]
    assert Flow(arrivals, arrivals[:50], 0.0).rates(1.0, 9.0) == pytest.approx((10, 5))


def test_the_lag_is_that_of_the_same_instance_and_begins_with_the_answer() -> None:
    creates = [Arrival(0.0, "a"), Arrival(1.0, "b"), Arrival(2.0, "later")]
    syncs = [Arrival(1.5, "b"), Arrival(3.3, "a"), Arrival(3.4, "a"), Arrival(3.5, "later")]
    assert Flow(creates, syncs, 0.3).lags(0.0, 2.0) == pytest.approx([0.2, 3.0])


def test_the_portal_of_the_bench_has_the_tasks_of_the_old_rows() -> None:
    """Without them no look-up was believed, and the worker with a full ledger stood still."""
    asked = {"XML_ID": ["camunda:old-7", "camunda:new"]}
    assert [row["id"] for row in Stub(0.0, 0.0)._found(asked)] == [str(OLD_NUMBERS + 7)]


def test_time_that_the_hypervisor_stole_was_taken_by_others() -> None:
    before = Moment.of("cpu 0 0 0 0 0 0 0 0 0 0", 0.0)
    after = Moment.of(f"cpu {40 * TICKS} 0 {10 * TICKS} {20 * TICKS} 0 0 0 {30 * TICKS} 0 0\ncpu0 1", 45.0)
    load = before.until(after)
    assert (load.idle, load.others) == pytest.approx((0.2, 0.35))
    assert load.is_the_limit


def test_a_child_that_has_ended_still_belongs_to_what_is_measured() -> None:
    before = family_seconds(os.getpid())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.3: pass"], check=True)
    later = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = later.ru_utime + later.ru_stime - used.ru_utime - used.ru_stime
    assert family_seconds(os.getpid()) - before >= child - 4 / TICKS


def test_every_part_of_a_disturbed_run_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = Findings()
    moments = iter([Moment(0.0, 0.0, 0.0), Moment(50.0, 100.0, 49.0), Moment(0.0, 0.0, 0.0), Moment(50.0, 100.0, 20.0)])
    monkeypatch.setattr(Moment, "now", lambda: next(moments))
    command._timed("latency", lambda: None, findings)
    assert not findings.doubts
    command._timed("latency", lambda: None, findings)
    assert findings.doubts == ["latency: others took 30% of the machine"]


@pytest.mark.parametrize(
    ("creates", "load", "said"),
    [
        (82.0, QUIET, "goal 0.97: reached"),
        (82.0, DISTURBED, "goal 0.97: reached"),
        (60.0, QUIET, "goal 0.97: not reached"),
        (60.0, FULL, "goal 0.97: the machine was the limit"),
        (60.0, DISTURBED, "goal 0.97: the machine was the limit"),
    ],
)
def test_a_machine_that_could_not_keep_up_is_no_fault_of_the_worker(creates: float, load: Load, said: str) -> None:
    told = Group(ours(), 0.3, [cell(creates, 82.0, load)]).verdict(CEILING)
    assert said in told, told


def test_a_disturbed_cell_does_not_spoil_the_verdict_of_the_quiet_ones() -> None:
    cells = [cell(60.0, 60.0, DISTURBED), cell(82.0, 82.0), cell(50.0, 50.0, FULL)]
    assert "0.984 of the slots' limit, goal 0.97: reached" in Group(ours(), 0.3, cells).verdict(CEILING)
    assert "not reached" in Group(ours(), 0.3, [cell(60.0, 60.0), cell(82.0, 82.0, FULL)]).verdict(CEILING)


def test_where_the_engine_is_near_its_ceiling_the_slots_are_no_goal() -> None:
    assert "no goal" in Group(ours(), 0.05, [cell(200.0, 200.0)]).verdict(CEILING)


def test_a_ceiling_that_others_pressed_down_excuses_nobody() -> None:
    slow, fast = (Group(ours(), 0.3, [cell(speed, speed)]) for speed in (60.0, 82.0))
    assert "the machine was the limit" in slow.verdict(DISTURBED_CEILING)
    assert "0.984 of the slots' limit, goal 0.97: reached" in fast.verdict(DISTURBED_CEILING)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_have_the_columns_and_rows_that_the_bench_prints(language: Language, table: Table) -> None:
    head, ruler, *rows = table.found_in(PAGES[language].read_text(encoding="utf-8"))[1].splitlines()
    assert head == table.head_in(language)
    cells = [[one.strip() for one in row.strip("|").split(" | ")] for row in rows]
    assert [one[0] for one in cells] == [label.in_(language) for label in table.rows.values()]
    assert {len(one) for one in cells} == {len(table.head)} == {ruler.count("|") - 1}
    assert all(map(all, cells)), "a figure is missing"


def test_every_peer_and_every_figure_of_the_speed_has_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.peers._installed_js", lambda: Path("js"))
    monkeypatch.setattr("tests.bench.peers._installed_java", lambda: "java")
    mine, *others = everybody()
    assert RATIOS.rows.keys() == {peer.name for peer in others}
    assert {peer.name for peer in a_few()} <= {mine.name} | RATIOS.rows.keys()
    findings = Findings()
    groups = {peer.name: Group(peer, 0.3, [cell(80.0, 80.0)]) for peer in (mine, *others)}
    _rows([groups] * 4, findings)
    assert {name for table, name in findings.rows if table == SHIPPED.name} == SHIPPED.rows.keys()


def test_every_figure_of_waiting_steps_has_its_row() -> None:
    idle = Idle({"tasks.task.list": 4.0}, {"extendLock": 1.0}, cpu=0.01, memory=100.0)
    released = Released(9.0, left=90_000)
    column = Column(idle, idle, [1.0] * 20, [0.1] * 20, waiting_again=2.0, page=0.1, status=0.5, released=released)
    rows = dict(rows_of([column, column]))
    assert rows.keys() == WAITING.rows.keys()
    assert {len(cells) for cells in rows.values()} == {len(WAITING.head) - 1}
    assert rows["ratio"][0].en == "1.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_replaces_its_own_rows_and_leaves_the_others(language: Language) -> None:
    page = PAGES[language].read_text(encoding="utf-8")
    findings = Findings()
    findings.add(FIGURES, "flapping", same("0.123 of a trial"), same("`make bench`"))
    changed = set(findings.put(page, language).splitlines()) - set(page.splitlines())
    assert changed == {f"| {FIGURES.rows['flapping'].in_(language)} | 0.123 of a trial | `make bench` |"}


def test_a_row_without_a_place_in_the_page_is_not_lost_in_silence() -> None:
    findings = Findings()
    findings.add(FIGURES, "flapping", same("1"), same("2"))
    page = PAGES["en"].read_text(encoding="utf-8").replace(FIGURES.rows["flapping"].en, "something else")
    with pytest.raises(AssertionError, match="no row for"):
        findings.put(page, "en")


def test_figures_of_a_disturbed_run_do_not_reach_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Sequence[Phrase]] = []
    monkeypatch.setattr(Findings, "write", lambda self: written.extend(self.rows.values()))
    findings = Findings(doubts=["others took up to 40% of the machine"])
    findings.add(FIGURES, "flapping", same("1"), same("2"))
    with pytest.raises(SystemExit, match="Nothing was written"):
        command._end(findings, write=True)
    assert not written
    findings.doubts.clear()
    command._end(findings, write=True)
    assert written
