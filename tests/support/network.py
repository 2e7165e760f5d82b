"""Two network namespaces and the cable between them, which can be cut for one address: what an outage is to a kernel.

A worker lives in one, engine and portal in the other. Needs Linux, root and iproute2. `REQUIRE_NAMESPACES=1`: no skip.
"""

from __future__ import annotations

import ctypes
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.support.listeners import accepted, secured

CLONE_NEWNET = 0x40000000
WORKER, PORTAL, ENGINE = "10.93.0.1", "10.93.0.2", "10.93.0.3"
CONNECTING, LISTENING = "02", "0A"
ENDING = ("04", "09", "0B")
"""FIN-WAIT-1, LAST-ACK and CLOSING: the end has been sent and not acknowledged."""
NOBODY = "02:00:00:00:00:99"
_LIBC = ctypes.CDLL(None, use_errno=True)


class NoNamespaces(Exception):
    """This machine, or this user, cannot make them."""


def _ip(*words: str) -> str:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise NoNamespaces("`ip` is missing (iproute2)") from None
    except subprocess.CalledProcessError as error:
        raise NoNamespaces(f"ip {' '.join(words)}: {error.stderr.strip()}") from None
    return done.stdout


class Network:
    """The two namespaces; a thread is in one of them, and so is what it starts and opens."""

    def __init__(self) -> None:
        self._near, self._far = f"cbw{os.getpid()}w", f"cbw{os.getpid()}s"
        self._cable, self._end = f"w{os.getpid()}", f"s{os.getpid()}"
        self._hardware = ""

    def __enter__(self) -> Self:
        try:
            self._build()
        except NoNamespaces:
            self.__exit__()
            raise
        return self

    def _build(self) -> None:
        for name in (self._near, self._far):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("link", "add", self._cable, "netns", self._near, "type", "veth", "peer", self._end, "netns", self._far)
        for name, link, addresses in (
            (self._near, self._cable, (WORKER,)),
            (self._far, self._end, (PORTAL, ENGINE)),
        ):
            for address in addresses:
                _ip("-n", name, "addr", "add", f"{address}/24", "dev", link)
            _ip("-n", name, "link", "set", link, "up")
        words = _ip("-n", self._far, "-o", "link", "show", self._end).split()
        self._hardware = words[words.index("link/ether") + 1]

    def __exit__(self, *_: object) -> None:
        for name in (self._near, self._far):
            with suppress(NoNamespaces):
                _ip("netns", "del", name)

    @contextmanager
    def at_the_worker(self) -> Iterator[None]:
        with _inside(self._near):
            yield

    @contextmanager
    def at_the_sides(self) -> Iterator[None]:
        with _inside(self._far):
            yield

    def cut(self, address: str) -> None:
        """What the worker sends there goes to nobody from now on, and no kernel is told so."""
        self._neighbour(address, NOBODY)

    def mend(self, address: str) -> None:
        self._neighbour(address, self._hardware)

    def _neighbour(self, address: str, hardware: str) -> None:
        _ip("-n", self._near, "neigh", "replace", address, "lladdr", hardware, "dev", self._cable, "nud", "permanent")

    def unsent(self) -> int:
        """Bytes of connections that the worker's kernel goes on sending, whoever has closed or left them (proc(5))."""
        with self.at_the_worker():
            lines = Path("/proc/thread-self/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        rows = (line.split() for line in lines)
        return sum(_left(row[3], int(row[4].split(":")[0], 16)) for row in rows)


def _left(state: str, queued: int) -> int:
    """Of the bytes that the kernel counts: its own sign that the connection has ended is one, and says nothing."""
    if state in (CONNECTING, LISTENING):
        return 0
    return queued - (state in ENDING)


@contextmanager
def _inside(name: str) -> Iterator[None]:
    with Path("/proc/thread-self/ns/net").open("rb") as before, Path(f"/run/netns/{name}").open("rb") as there:
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Relay:
    """Listens on an address of the namespace that it is made in, and passes on to a port of its loopback.

    `certificate`: it speaks TLS, and plainly to the port.
    """

    def __init__(self, address: str, port: int, certificate: Path | None = None) -> None:
        self._to = ("127.0.0.1", port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._context and certificate:
            self._context.load_cert_chain(certificate)
        self._listener = socket.create_server((address, 0))
        self.base = f"{'https' if certificate else 'http'}://{address}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        for connection in accepted(self._listener):
            threading.Thread(target=self._pass_on, args=(connection,), daemon=True).start()

    def _pass_on(self, connection: socket.socket) -> None:
        with suppress(OSError), self._opened(connection) as near, socket.create_connection(self._to) as onward:
            back = threading.Thread(target=_pump, args=(onward, near), daemon=True)
            back.start()
            _pump(near, onward)
            back.join()

    def _opened(self, connection: socket.socket) -> socket.socket:
        return secured(self._context, connection) if self._context else connection


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
