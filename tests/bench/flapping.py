"""What a portal costs of which every third call fails at random, beside the same portal when it is well."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.faults import Fault
from tests.bench.page import FIGURES, Findings, command, same
from tests.bench.tables import progress, spread, table
from tests.support.engine_admin import wait_until
from tests.support.scene import END_SECONDS
from tests.support.sick_node import Forgiving, SickNode

ADD = "tasks.task.add"
CREATE_SECONDS = 0.3
PATIENCE_SECONDS = 10 * END_SECONDS
EDGE = 0.1
"""Share of the creates that does not count, at the beginning and at the end: the last sit out their doubts alone."""


def run(engine: str, findings: Findings, *, count: int, repeats: int) -> None:
    """Print the rate of creates with and without a sick node, in turn, and the ratio of each pair.

    The protective durations are scaled as in the fault tests: a doubt of 75 s would need a run of hours.
    """
    pairs: list[tuple[float, float]] = []
    for repeat in range(repeats):
        progress(f"flapping, {repeat + 1} of {repeats}")
        pairs.append((_rate(engine, count, one_in=0), _rate(engine, count, one_in=3)))
    progress("")
    well, sick = ([pair[side] for pair in pairs] for side in (0, 1))
    ratios = [sick / well for well, sick in pairs]
    rows = [["well", spread(well), "1.00"], ["one call in three fails", spread(sick), spread(ratios, 2)]]
    table(["portal of 300 ms", "creates/s", "÷ well"], rows)
    findings.add(FIGURES, "flapping", same(spread(ratios, 2)), command("flapping"))


def _rate(engine: str, count: int, *, one_in: int) -> float:
    with TemporaryDirectory() as folder, Forgiving(engine, Path(folder)) as scene:
        scene.start_instances(count)
        scene.portal.faults.add(Fault(ADD, seconds=CREATE_SECONDS, times=None))
        if one_in:
            scene.portal_proxy.meddle = SickNode(one_in)
        scene.worker(LOG_LEVEL="warning").start()
        wait_until(lambda: len(scene.portal_proxy.seen(ADD)) >= count, "all are made", PATIENCE_SECONDS)
        made = scene.portal_proxy.seen(ADD)
        first, last = int(len(made) * EDGE), int(len(made) * (1 - EDGE))
        return (last - first) / (made[last].executed - made[first].executed)
