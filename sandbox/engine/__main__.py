"""`python -m sandbox.engine`: one engine alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.start import KINDS, Wishes, start_engine
from sandbox.httpd import until_interrupted
from sandbox.ports import port_of


def main() -> None:
    """Run it, and print its address."""
    parser = argparse.ArgumentParser(description="An engine on loopback: the built-in stand-in, or a real one")
    parser.add_argument("--kind", choices=KINDS, default="builtin")
    parser.add_argument("--port", type=port_of, default="8080")
    options = parser.parse_args()
    try:
        with start_engine(options.kind, Wishes(port=options.port)) as engine:
            print(f"CAMUNDA_BASE_URL={engine.base_url}", flush=True)
            until_interrupted()
    except EngineUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
