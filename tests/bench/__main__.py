"""`python -m tests.bench throughput latency cost growth`: its speed and cost beside its peers."""

from __future__ import annotations

import argparse
import sys

from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.start import start_engine
from tests.bench import cost, flapping, growth, latency, throughput
from tests.bench.cell import drain
from tests.bench.peers import ours

PARTS = ("throughput", "latency", "cost", "growth", "flapping")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"by default all: {' '.join(PARTS)}")
    parser.add_argument("--count", type=int, default=1000, help="most tasks of a cell (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="of each cell, interleaved (%(default)s)")
    parser.add_argument(
        "--latencies", type=float, nargs="*", default=[0, 0.05, 0.3, 0.9], help="of the portal, seconds"
    )
    parser.add_argument("--long", type=int, default=5000, help="tasks of the long run of `cost` (%(default)s)")
    options = parser.parse_args()
    options.parts = options.parts or PARTS
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"{', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    try:
        engine = start_engine("camunda")
    except EngineUnavailable as error:
        sys.exit(str(error))
    with engine:
        _run(engine.base_url, options)


def _run(engine: str, options: argparse.Namespace) -> None:
    drain(ours(), engine, 0.0, warm_up=50, count=500)  # a cold engine costs ten times as much
    if "throughput" in options.parts:
        throughput.run(engine, count=options.count, repeats=options.repeats, latencies=options.latencies)
    if "latency" in options.parts:
        latency.run(engine, count=100)
    if "cost" in options.parts:
        cost.run(engine, count=options.long, idle_seconds=60.0)
    if "growth" in options.parts:
        growth.run(engine, count=options.count, repeats=options.repeats)
    if "flapping" in options.parts:
        flapping.run(engine, count=min(options.count, 500), repeats=options.repeats)


if __name__ == "__main__":
    main()
