"""How long a closed gate waits for its next probe."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause, Side
from bitrix.retrying import backoff
from worker.words.causes import name_of

FIRST_SECONDS = 0.5
LONGEST_SECONDS: Mapping[Side, float] = {"engine": 30.0, "portal": 30.0, "ledger": 5.0}
"""The longest wait between two checks. One of the ledger costs little, and its disk may have room at any moment."""
REFUSED_LOGIN_SECONDS = (30.0, 600.0)
"""The first and the longest wait after a refused password: engines and directories lock a user after some of them.

Camunda's own users are refused for 3 to 60 s after each, and locked for good after ten (seen on 7.24).
"""


def wait_before_probe(side: Side, why: object, tries: int) -> float:
    """Seconds, growing with the failures in a row and shortened at random. `why`: the error that closed the gate."""
    if name_of(why) == Cause.ENGINE_LOGIN:
        first, longest = REFUSED_LOGIN_SECONDS
        return backoff(first, tries, longest)
    return backoff(FIRST_SECONDS, tries, LONGEST_SECONDS[side])
