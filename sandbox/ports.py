"""The ports of the sandbox on loopback: those that a person has chosen, and free ones."""

from __future__ import annotations

import argparse
import random
import socket

MOST = 65535
QUIET = range(10_000, 32_768)
"""Below those that Linux gives to outgoing connections (`net.ipv4.ip_local_port_range`): for what listens later."""


class NoPort(argparse.ArgumentTypeError):
    """The text is no number of a port."""


class PortTaken(argparse.ArgumentTypeError):
    """Nothing can listen there: most often another program does."""


def port_of(text: str) -> int:
    """The port, free at this moment; 0, also for "": whichever is free. Raises `NoPort` or `PortTaken`."""
    if not (text or "0").isdecimal() or (port := int(text or 0)) > MOST:
        raise NoPort(f"{text}: a port is a number up to {MOST}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(f"{text}: {error.strerror}") from None
    return port


def free_port(usual: int = 0) -> int:
    """The usual port if nothing else listens there, otherwise a free one that no outgoing connection will get."""
    port = usual or _any()
    while True:
        try:
            return port_of(str(port))
        except PortTaken:
            port = _any()


def _any() -> int:
    return random.SystemRandom().choice(QUIET)
