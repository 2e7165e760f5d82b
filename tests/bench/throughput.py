"""Throughput and cost of ours and of the client libraries' workers, interleaved in one run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.ceiling import Ceiling
from tests.bench.cell import Cell, drain
from tests.bench.page import LATENCIES, RATIOS, SHIPPED, Findings, same
from tests.bench.peers import IN_FLIGHT, Peer
from tests.bench.tables import progress, spread, table
from worker.words.phrase import Phrase

SECONDS_A_CELL = 5.0
"""About how long is measured: slow workers get fewer tasks. A call that is only partly within counts in part."""
EXPECTED_CPU_SECONDS = 0.006
"""Of engine, stand-in and worker for one task: bounds the backlog where no latency does."""
REQUESTS = 2
"""At the portal for one task: the create and the synchronisation."""
GOAL = 0.97
"""Of the slots' limit, where a portal this slow leaves the engine and the processors time."""
EASY = 0.5
"""A share of the engine's own ceiling that no worker needs all of the machine for."""
HEAD = (
    "worker",
    "tasks/s",
    "ours ÷ it",
    "creates/s",
    "syncs/s",
    "of its slots",
    "create → sync p95, s",
    "behind at the last create",
    "CPU ms/task",
    "portal requests/task",
    "connections",
    "most at once",
    "CPU idle",
    "taken by others",
)


@dataclass(frozen=True, slots=True)
class Group:
    """All cells of one worker at one latency."""

    peer: Peer
    latency: float
    cells: Sequence[Cell]

    def median(self, of: Callable[[Cell], float]) -> float:
        return statistics.median(map(of, self.cells))

    def spread(self, of: Callable[[Cell], float], digits: int = 1) -> str:
        return spread([of(cell) for cell in self.cells], digits)

    @property
    def speed(self) -> float:
        return self.median(lambda cell: cell.tasks_per_second)

    @property
    def limit(self) -> float:
        """Tasks per second that so many requests at once can carry."""
        return self.peer.slots / (REQUESTS * self.latency)

    def share(self) -> str:
        """Creates and synchronisations apart, of what the slots could do of each."""
        if not self.latency:
            return "–"
        creates, syncs = self.median(lambda cell: cell.creates), self.median(lambda cell: cell.syncs)
        return f"{creates / self.limit:.2f}, {syncs / self.limit:.2f}"

    def verdict(self, ceiling: Ceiling) -> str:
        """Whether the goal is reached. A cell in which the machine was the limit counts only if all were such."""
        what = f"{self.peer.name}, {self.latency * 1000:.0f} ms"
        quiet = [cell for cell in self.cells if not cell.load.is_the_limit]
        shares = [cell.of_slots(self.peer.slots, self.latency) for cell in quiet or self.cells]
        reached = statistics.median(shares)
        if reached < GOAL and self.limit > EASY * ceiling.speed and not ceiling.load.is_disturbed:
            return (
                f"{what}: no goal, for the engine alone does {ceiling.speed:.0f} tasks/s and the slots {self.limit:.0f}"
            )
        known = quiet and (self.limit <= EASY * ceiling.speed)
        missed = "not reached" if known else "the machine was the limit"
        said = "reached" if reached >= GOAL else missed
        loads = "; ".join(str(cell.load) for cell in self.cells)
        return f"{what}: {reached:.3f} of the slots' limit, goal {GOAL}: {said} ({loads})"


def run(
    engine: str, findings: Findings, peers: Sequence[Peer], *, ceiling: Ceiling, count: int, repeats: int,
    latencies: Sequence[float],
) -> None:  # fmt: skip
    """Print one table for each latency, in seconds; `count`: the most tasks that are measured in a cell."""
    groups: dict[float, dict[str, Group]] = {}
    for latency in latencies:
        cells: dict[str, list[Cell]] = {peer.name: [] for peer in peers}
        for repeat in range(repeats):
            for peer in [*peers[repeat % len(peers) :], *peers[: repeat % len(peers)]]:
                progress(f"{latency * 1000:.0f} ms, {repeat + 1} of {repeats}: {peer.name}")
                cells[peer.name].append(_cell(peer, engine, latency, count))
        progress("")
        groups[latency] = {peer.name: Group(peer, latency, cells[peer.name]) for peer in peers}
        _print(groups[latency], ceiling)
    _doubts(groups, findings)
    if tuple(latencies) == LATENCIES:
        _rows(list(groups.values()), findings)


def _cell(peer: Peer, engine: str, latency: float, count: int) -> Cell:
    possible = SECONDS_A_CELL * peer.slots / (REQUESTS * latency + peer.slots * EXPECTED_CPU_SECONDS)
    wanted = max(int(min(count, possible)), peer.slots * REQUESTS)
    # Two rounds of all slots until creates and synchronisations share them, and one that may already run dry.
    return drain(
        peer, engine, latency, warm_up=max(2 * peer.slots, wanted // 5), count=wanted, cool_down=peer.slots
    )  # fmt: skip


def _print(groups: Mapping[str, Group], ceiling: Ceiling) -> None:
    mine = next(iter(groups.values()))
    print(f"Portal answers after {mine.latency * 1000:.0f} ms, {IN_FLIGHT} requests at once; median (minimum–maximum)")
    rows = [
        [
            group.peer.name,
            group.spread(lambda cell: cell.tasks_per_second),
            f"{mine.speed / group.speed:.2f}",
            group.spread(lambda cell: cell.creates),
            group.spread(lambda cell: cell.syncs),
            group.share(),
            group.spread(lambda cell: cell.lag, 3),
            str(max(cell.behind for cell in group.cells)),
            group.spread(lambda cell: cell.cpu_ms),
            group.spread(lambda cell: cell.portal_requests, 2),
            str(max(cell.connections for cell in group.cells)),
            str(max(cell.most_in_flight for cell in group.cells)),
            f"{min(cell.load.idle for cell in group.cells):.0%}",
            f"{max(cell.load.others for cell in group.cells):.0%}",
        ]
        for group in groups.values()
    ]
    table(HEAD, rows)
    if mine.latency:
        print(*(group.verdict(ceiling) for group in groups.values()), sep="\n", end="\n\n", flush=True)


def _doubts(groups: Mapping[float, Mapping[str, Group]], findings: Findings) -> None:
    cells = [cell for some in groups.values() for group in some.values() for cell in group.cells]
    disturbed = [cell.load.others for cell in cells if cell.load.is_disturbed]
    if disturbed:
        findings.doubts.append(
            f"others took up to {max(disturbed):.0%} of the machine in {len(disturbed)} of {len(cells)} cells"
        )


def _rows(columns: Sequence[Mapping[str, Group]], findings: Findings) -> None:
    """What the pages tell of it; `columns`: the groups of one latency each."""
    mine = [next(iter(groups.values())) for groups in columns]
    for name in RATIOS.rows.keys() & columns[0].keys():
        ratios = [f"{own.speed / groups[name].speed:.2f}" for own, groups in zip(mine, columns, strict=True)]
        findings.add(RATIOS, name, *map(same, ratios))
    findings.add(SHIPPED, "creates", *(same(own.spread(lambda cell: cell.creates)) for own in mine))
    findings.add(SHIPPED, "syncs", *(same(own.spread(lambda cell: cell.syncs)) for own in mine))
    findings.add(SHIPPED, "share", *(same(own.share()) for own in mine))
    if all("JavaScript, 25 ms" in groups for groups in columns):
        findings.add(SHIPPED, "peer", *(same(groups["JavaScript, 25 ms"].share()) for groups in columns))
    lags = [f"{1000 * own.median(lambda cell: cell.lag):.0f}" for own in mine]
    findings.add(SHIPPED, "lag", *(Phrase(f"{lag} мс", f"{lag} ms") for lag in lags))
    findings.add(SHIPPED, "behind", *(same(f"{own.median(lambda cell: cell.behind):.0f}") for own in mine))
    findings.add(SHIPPED, "idle", *(same(f"{own.median(lambda cell: cell.load.idle):.0%}") for own in mine))
