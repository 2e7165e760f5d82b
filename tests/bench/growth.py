"""Whether one task costs the same with many in flight, many topics, and a ledger that is full of old rows."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from bitrix.webhook import WebhookUrl
from tests.bench.cell import Cell, drain
from tests.bench.page import FIGURES, Findings, command, same
from tests.bench.peers import Peer, Place, ours
from tests.bench.portal_stub import OLD_NUMBERS
from tests.bench.tables import progress, spread, table
from worker.ledger import Ledger

WARM_UP = 50
IN_FLIGHT = (1, 32, 128)
TOPICS = (1, 50)
OLD_ROWS = (0, 1_000_000)
OLD_ROW = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
    INSERT INTO tasks (external_task_id, stage, owner, attempt, spent, topic, worker_id, process_instance_id,
                       process_definition_key, portal_task_id, draft, created_at, updated_at)
    SELECT 'old-' || n, 'settled', 'earlier', 1, 0, 'old', 'earlier', 'instance-' || n, 'order', :numbers + n, 'null',
           :now, :now
    FROM numbers
"""


def run(engine: str, findings: Findings, *, count: int, repeats: int) -> None:
    """Print the CPU of one task for each size, and its ratio to the cheapest."""
    by_slots = {f"{n} in flight": _of(engine, ours(in_flight=n), count) for n in IN_FLIGHT}
    by_topics = {f"{n} topics": _of(engine, ours(), count, topics=n) for n in TOPICS}
    by_rows = {f"{n:,} settled rows": _of(engine, with_old_rows(n), count) for n in OLD_ROWS}
    for name, sizes in (("slots", by_slots), ("topics", by_topics), ("ledger", by_rows)):
        cells: dict[str, list[Cell]] = {size: [] for size in sizes}
        for repeat in range(repeats):
            for size, cell in sizes.items():
                progress(f"{name}, {repeat + 1} of {repeats}: {size}")
                cells[size].append(cell())
        progress("")
        least, most = _print(cells)
        # With one in flight nothing is shared; of the others the larger one could cost more.
        ratio = least / most if name == "slots" else most / least
        findings.add(FIGURES, name, same(f"{ratio:.2f}"), command("growth"))


def _of(engine: str, peer: Peer, count: int, topics: int = 1) -> Callable[[], Cell]:
    return lambda: drain(peer, engine, 0.0, warm_up=WARM_UP, count=count, topics=topics)


def _print(cells: Mapping[str, Sequence[Cell]]) -> tuple[float, float]:
    """CPU of one task at the smallest and at the largest size."""
    medians = {size: statistics.median(cell.cpu_ms for cell in some) for size, some in cells.items()}
    least = min(medians.values())
    rows = []
    for size, some in cells.items():
        speeds = [cell.tasks_per_second for cell in some]
        rows.append([size, spread([cell.cpu_ms for cell in some], 2), f"{medians[size] / least:.2f}", spread(speeds)])
    table(["ours", "CPU ms/task", "÷ the least", "tasks/s"], rows)
    sizes = list(medians.values())
    return sizes[0], sizes[-1]


def with_old_rows(count: int) -> Peer:
    """Ours, with a ledger that holds so many settled tasks already."""
    peer = ours()

    def command(place: Place) -> list[str]:
        if count:
            _fill(place, count)
        return peer.command(place)

    return Peer(peer.name, command, peer.slots, peer.environ)


def _fill(place: Place, count: int) -> None:
    path = place.folder / "worker.db"
    portal = WebhookUrl.parse(place.webhook).portal
    Ledger(f"sqlite:///{path}", portal=portal, engine=place.engine, owner="earlier").close()
    with sqlite3.connect(path) as ledger:
        ledger.execute(OLD_ROW, {"count": count, "now": time.time(), "numbers": OLD_NUMBERS})
