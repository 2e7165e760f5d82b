"""`python -m tests.bench throughput latency cost growth flapping waiting`: its speed and cost beside its peers.

It ends with the rows of docs/performance.md and docs/performance.ru.md that were measured; `--write` puts them there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.start import start_engine
from tests.bench import cost, environment, flapping, growth, latency, throughput, waiting
from tests.bench.ceiling import ceiling
from tests.bench.cell import drain
from tests.bench.machine import Moment
from tests.bench.page import LATENCIES, LONG, Findings
from tests.bench.peers import a_few, everybody, ours

ON_ONE_ENGINE = ("throughput", "latency", "cost", "growth", "flapping")
PARTS = (*ON_ONE_ENGINE, "waiting")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"by default all: {' '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="throughput beside two others, once, in two minutes")
    parser.add_argument("--count", type=int, default=1000, help="most tasks of a cell (%(default)s)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="of each cell of `throughput`, interleaved (%(default)s)"
    )
    parser.add_argument("--latencies", type=float, nargs="*", default=LATENCIES, help="of the portal, seconds")
    parser.add_argument("--long", type=int, default=LONG, help="tasks of the long run of `cost` (%(default)s)")
    parser.add_argument(
        "--waiting", type=int, nargs="*", default=waiting.SIZES, help="numbers of steps of `waiting` (%(default)s)"
    )
    parser.add_argument("--write", action="store_true", help="put what was measured into the pages of docs")
    options = parser.parse_args()
    if options.quick:
        options.parts, options.count, options.repeats, options.latencies = ["throughput"], 500, 1, [0.0, 0.3]
    options.parts = options.parts or PARTS
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"{', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    findings = Findings()
    if set(options.parts) & set(ON_ONE_ENGINE):
        _on_one_engine(options, findings)
    if "waiting" in options.parts:
        _timed("waiting", lambda: waiting.run(findings, sizes=options.waiting, idle_seconds=120.0), findings)
    _end(findings, write=options.write)


def _on_one_engine(options: argparse.Namespace, findings: Findings) -> None:
    try:
        engine = start_engine("camunda")
    except EngineUnavailable as error:
        sys.exit(str(error))
    with engine:
        url, repeats = engine.base_url, options.repeats
        drain(ours(), url, 0.0, warm_up=50, count=500)  # a cold engine costs ten times as much
        best = ceiling(url, 500)
        environment.tell(findings, ceiling=best, engine=engine.version, repeats=repeats)
        parts: dict[str, Callable[[], None]] = {
            "throughput": lambda: throughput.run(
                url,
                findings,
                a_few() if options.quick else everybody(),
                ceiling=best,
                count=options.count,
                repeats=repeats,
                latencies=options.latencies,
            ),
            "latency": lambda: latency.run(url, findings, count=100),
            "cost": lambda: cost.run(url, findings, count=options.long, idle_seconds=30.0),
            "growth": lambda: growth.run(url, findings, count=options.count, repeats=1),
            "flapping": lambda: flapping.run(url, findings, count=options.count, repeats=1),
        }
        for name, run in parts.items():
            if name in options.parts:
                _timed(name, run, findings)


def _timed(part: str, run: Callable[[], None], findings: Findings) -> None:
    began, moment = time.monotonic(), Moment.now()
    run()
    load = moment.until(Moment.now())
    if load.is_disturbed:
        findings.doubts.append(f"{part}: others took {load.others:.0%} of the machine")
    print(f"{part}: {time.monotonic() - began:.0f} s\n", flush=True)


def _end(findings: Findings, *, write: bool) -> None:
    findings.print()
    for doubt in findings.doubts:
        print(f"Not for the pages: {doubt}")
    if write and findings.doubts:
        sys.exit("Nothing was written: repeat it on a quiet machine.")
    if write:
        findings.write()


if __name__ == "__main__":
    main()
