"""Finds why this user may not use a file or a folder, and the command that changes it."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Closed:
    """What does not let this user in. `place`: the file or folder itself, or (`is_above`) a folder on the way to it.

    `command`: lets the user in, and nobody else; `is_ours`: the user may enter it, otherwise root must.
    """

    place: Path
    is_above: bool
    user: str
    owner: str
    group: str
    mode: str
    command: str
    is_ours: bool


def closed_to_us(path: str | Path, *, writing: bool = False) -> Closed | None:
    """Why this user may not read (or write) the path; None: owner and mode of it and of the folders above allow it."""
    place = Path(os.path.realpath(path))
    above = next((one for one in reversed(place.parents) if not os.access(one, os.X_OK)), None)
    if above:
        return _closed(above, "x", is_above=True)
    is_folder = place.is_dir()
    needed = os.R_OK | (os.W_OK if writing else 0) | (os.X_OK if is_folder else 0)
    letters = "r" + ("w" if writing else "") + ("x" if is_folder else "")
    return None if os.access(place, needed) else _closed(place, letters, is_above=False)


def _closed(place: Path, letters: str, *, is_above: bool) -> Closed | None:
    try:
        found = place.stat()
    except OSError:
        return None
    is_ours = found.st_uid == os.geteuid()
    mode = f"{stat.S_IMODE(found.st_mode):04o}"
    owner, group = _user(found.st_uid), _group(found.st_gid)
    return Closed(place, is_above, _user(os.geteuid()), owner, group, mode, _command(place, found, letters), is_ours)


def _command(place: Path, found: os.stat_result, letters: str) -> str:
    """To write, the file becomes the user's. To read, its group is let in: its owner, and another group, stay so."""
    name, user = shlex.quote(str(place)), _user(os.geteuid())
    if found.st_uid == os.geteuid():
        return f"chmod u+{letters} {name}"
    if "w" in letters:
        return f"chown {user} {name} && chmod u+{letters} {name}"
    if found.st_gid in {os.getegid(), *os.getgroups()}:
        return f"chmod g+{letters} {name}"
    if found.st_mode & stat.S_IRWXG and found.st_gid:
        return f"usermod -aG {_group(found.st_gid)} {user} && chmod g+{letters} {name}"
    return f"chgrp {_group(os.getegid())} {name} && chmod g+{letters} {name}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
