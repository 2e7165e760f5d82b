"""`python -m tests.bench throughput latency cost growth`: its speed and cost beside its peers."""

from __future__ import annotations

import argparse
import sys

from sandbox.engines import start_engine
from sandbox.engines_cache import EngineUnavailable
from tests.bench import throughput


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["throughput"])
    parser.add_argument("--count", type=int, default=1000, help="most tasks of a cell (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="of each cell, interleaved (%(default)s)")
    parser.add_argument(
        "--latencies", type=float, nargs="*", default=[0, 0.05, 0.3, 0.9], help="of the portal, seconds"
    )
    options = parser.parse_args()
    try:
        engine = start_engine("camunda")
    except EngineUnavailable as error:
        sys.exit(str(error))
    with engine:
        throughput.run(engine.base_url, count=options.count, repeats=options.repeats, latencies=options.latencies)


if __name__ == "__main__":
    main()
