"""Tables for people, as Markdown; and a line that tells how far a long run is."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print it; the first column is words, the others figures."""
    print("\n| " + " | ".join(head) + " |")
    print("|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median, with minimum and maximum where there are several."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def progress(text: str) -> None:
    """A line that the next one replaces; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
