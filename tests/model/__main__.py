"""`python -m tests.model [FAULTS]`: the search at a larger size, and the story of each rule that is switched off.

`python -m tests.model en`, or `ru`: only the stories, in that language.
"""

from __future__ import annotations

import sys
import time

from tests.model.russian import in_russian
from tests.model.search import search
from tests.model.world import Rules, World


def main() -> int:
    """Print what was searched and what was found; 1 when the rules do not hold."""
    if sys.argv[1:] in (["en"], ["ru"]):
        told = in_russian if sys.argv[1] == "ru" else str
        print("".join(told(story(name)) for name in Rules._fields), end="")
        return 0
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    began = time.monotonic()
    outcome = search(Rules(), World(faults=faults))
    found = outcome.wrong or "no second task, and an end within reach from everywhere"
    print(f"all rules, {faults} faults: {outcome.worlds:,} worlds in {time.monotonic() - began:.0f} s: {found}")
    for line in outcome.story or ():
        print(f"    {line}")
    for name in Rules._fields:
        print(story(name), end="")
    return 1 if outcome.wrong else 0


def story(name: str) -> str:
    """The shortest way to harm without this rule, as text."""
    outcome = search(Rules().without(name), World(faults=2))
    lines = [f"without {name}: {outcome.wrong}", *(f"    {line}" for line in _folded(outcome.story or ()))]
    return "\n".join(lines) + "\n"


def _folded(labels: tuple[str, ...]) -> list[str]:
    """Ticks in a row as one line."""
    lines: list[str] = []
    ticks = 0
    for label in (*labels, ""):
        if label == "a tick passes":
            ticks += 1
            continue
        if ticks:
            lines.append(f"{ticks} tick{'s' if ticks > 1 else ''} of time")
            ticks = 0
        if label:
            lines.append(label)
    return lines


if __name__ == "__main__":
    sys.exit(main())
