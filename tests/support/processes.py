"""What the kernel knows of a process."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int, thread: str = "") -> float:
    """User and system time so far; `thread`: only of the living threads whose names begin so, of which there is one."""
    if not thread:
        return _seconds(Path(f"/proc/{pid}"))
    threads = [one for one in Path(f"/proc/{pid}/task").iterdir() if (one / "comm").read_text().startswith(thread)]
    assert threads, f"no thread {thread}"
    return sum(map(_seconds, threads))


def _seconds(place: Path) -> float:
    fields = (place / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def most_megabytes(pid: int) -> float:
    """The most memory that it has had so far."""
    return _memory(pid, "VmHWM:")


def megabytes(pid: int) -> float:
    """The memory that it has now."""
    return _memory(pid, "VmRSS:")


def _memory(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
