"""What the kernel knows of a process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int, thread: str = "") -> float:
    """User and system time so far; `thread`: only of the living threads whose names begin so, of which there is one."""
    if not thread:
        return _seconds(Path(f"/proc/{pid}"))
    threads = [one for one in Path(f"/proc/{pid}/task").iterdir() if (one / "comm").read_text().startswith(thread)]
    assert threads, f"no thread {thread}"
    return sum(map(_seconds, threads))


def family_seconds(pid: int) -> float:
    """User and system time so far of a process and its children, and theirs: the living, and those waited for."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parents[int(place.name)] = int(_fields(place)[1])
            seconds[int(place.name)] = sum(map(int, _fields(place)[11:15])) / TICKS
    family = {pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(seconds.get(one, 0.0) for one in family)


def _fields(place: Path) -> list[str]:
    """What follows the command's name: state, parent, …"""
    return (place / "stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()


def _seconds(place: Path) -> float:
    fields = _fields(place)
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
