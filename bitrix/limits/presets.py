"""The portal's limits: presets from its documentation. The settings can override each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RESERVED = 1 / 8
"""Share of the calls at once that neither creates nor background calls take from each other.

Where they take equally long, each needs a half; seven eighths are enough for a kind that takes seven times as long.
"""
Preset = Literal["self-hosted", "cloud", "cloud-enterprise"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of calls through one webhook. Times in seconds; None: not limited.

    `requests_per_second`: the rate for all calls together, a leaky bucket of size `burst`. `operating_seconds`: the
    execution time that one method may use within `window_seconds`. `concurrency`: calls at once, of all kinds together.
    `share`: this worker's part of rate, burst and operating time, if several workers use one webhook.
    """

    requests_per_second: float | None = None
    burst: float = 50.0
    operating_seconds: float | None = None
    window_seconds: float = 600.0
    concurrency: int = 512
    share: float = 1.0

    @property
    def most_of_one_kind(self) -> int:
        """Calls at once that creates may take, or background calls: the rest is free for the others when these hang."""
        return max(self.concurrency - max(int(self.concurrency * RESERVED), 1), 1)


PRESETS: Mapping[Preset, Limits] = {
    "self-hosted": Limits(),
    "cloud": Limits(requests_per_second=2.0, burst=50.0, operating_seconds=480.0),
    "cloud-enterprise": Limits(requests_per_second=5.0, burst=250.0, operating_seconds=480.0),
}
