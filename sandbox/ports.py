"""The ports of the sandbox on loopback: those that a person has chosen, and free ones."""

from __future__ import annotations

import argparse
import socket

MOST = 65535


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
    """The usual port if nothing else listens there, otherwise any free one."""
    try:
        if usual:
            return port_of(str(usual))
    except PortTaken:
        pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
