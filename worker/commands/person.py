"""Who runs a command, for the trail of what persons decided."""

from __future__ import annotations

import os
import pwd
import socket

from worker.ledger import Person
from worker.words.printable import printable

SUDO = "SUDO_USER"


def person(reason: str | None) -> Person:
    """The operating system's user at this host, and by `sudo` for whom; `reason` None: no reason was given."""
    host, asked = socket.gethostname(), printable(os.environ.get(SUDO, ""))
    return Person(f"{_user()}@{host} (sudo: {asked})" if asked else f"{_user()}@{host}", reason)


def _user() -> str:
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run under a number that has no name
        return str(number)
