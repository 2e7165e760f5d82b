"""`python -m tests.model [FAULTS]`: the search at a larger size, and the story of each rule that is switched off.

`python -m tests.model en`, or `ru`: only the stories, in that language.
"""

from __future__ import annotations

import sys
import time

from tests.model.acts import ActRules, Scene
from tests.model.russian import in_russian
from tests.model.search import Outcome, search
from tests.model.world import Rules, World

NAMES = (*Rules._fields, *ActRules._fields)


def main() -> int:
    """Print what was searched and what was found; 1 when the rules do not hold."""
    if sys.argv[1:] in (["en"], ["ru"]):
        told = in_russian if sys.argv[1] == "ru" else str
        print("".join(told(story(name)) for name in NAMES), end="")
        return 0
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    began = time.monotonic()
    outcome = search(Rules(), World(faults=faults))
    found = outcome.wrong or "no second task, and an end within reach from everywhere"
    print(f"all rules, {faults} faults: {outcome.worlds:,} worlds in {time.monotonic() - began:.0f} s: {found}")
    for line in outcome.story or ():
        print(f"    {line}")
    acts = [search(ActRules(), Scene(faults=faults, blind=blind)) for blind in (False, True)]
    print(f"acts, all rules, {faults} faults: {sum(one.worlds for one in acts):,} worlds: {told_of(acts)}")
    for name in NAMES:
        print(story(name), end="")
    return 1 if outcome.wrong or any(one.wrong for one in acts) else 0


def told_of(outcomes: list[Outcome]) -> str:
    """What is wrong in any of them."""
    return ", ".join(one.wrong for one in outcomes if one.wrong) or "each part once, and an end within reach"


def harm(name: str) -> Outcome:
    """What a search finds without this rule."""
    if name in Rules._fields:
        return search(Rules().without(name), World(faults=2))
    found = [search(ActRules().without(name), Scene(blind=blind)) for blind in (False, True)]
    return next((one for one in found if one.wrong), found[0])


def story(name: str) -> str:
    """The shortest way to harm without this rule, as text."""
    outcome = harm(name)
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
