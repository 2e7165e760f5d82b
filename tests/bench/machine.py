"""What the machine does while something is measured on it, and what it is."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

from tests.support.processes import TICKS, family_seconds

FULL = 0.05
"""A machine with less than this share of its cores idle, or more than this taken by others, may be the limit itself."""
WRITES = 50


@dataclass(frozen=True, slots=True)
class Load:
    """Shares of all cores over a while: idle, and taken by processes that do not belong to what is measured."""

    idle: float
    others: float

    @property
    def is_disturbed(self) -> bool:
        return self.others > FULL

    @property
    def is_the_limit(self) -> bool:
        return self.idle < FULL or self.is_disturbed

    def __str__(self) -> str:
        return f"{self.idle:.0%} idle, {self.others:.0%} taken by others"


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds of all cores so far: idle, all, and those of the processes that are measured."""

    idle: float
    everything: float
    measured: float

    @classmethod
    def now(cls) -> Self:
        """Measured are this process and its children, and theirs."""
        return cls.of(Path("/proc/stat").read_text(encoding="ascii"), family_seconds(os.getpid()))

    @classmethod
    def of(cls, stat: str, measured: float) -> Self:
        """From the kernel's text. Time stolen by the hypervisor is not idle, and nobody's here: others took it."""
        ticks = [int(word) for word in stat.splitlines()[0].split()[1:9]]
        return cls((ticks[3] + ticks[4]) / TICKS, sum(ticks) / TICKS, measured)

    def until(self, later: Moment) -> Load:
        everything = later.everything - self.everything
        if everything <= 0:
            return Load(1.0, 0.0)
        idle, measured = later.idle - self.idle, later.measured - self.measured
        return Load(idle / everything, max(everything - idle - measured, 0.0) / everything)


def write_ms(pause: float = 0.0) -> float:
    """The median of a small write that is on the disk when it returns, where the bench has its ledgers."""
    times = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Path(folder, "probe").open("wb", buffering=0) as file:
        for _ in range(WRITES):
            time.sleep(pause)
            before = time.monotonic()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - before)
    return 1000 * median(times)
