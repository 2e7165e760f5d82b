"""The other side of a connection, down to its bytes."""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.support.authority import signing_config

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def make_certificate(folder: Path, name: str = "DNS:localhost") -> Path:
    """Key and certificate in one file, which is its own authority."""
    path = folder / "localhost.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName={name}"
    subprocess.run(
        [*command.split(), "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


def make_expired_certificate(folder: Path, name: str = "DNS:localhost") -> Path:
    """The same, and it ran out years ago: only `openssl ca` sets both dates in every version."""
    path, config = folder / "expired.pem", signing_config(folder)
    request, certificate = path.with_suffix(".csr"), path.with_suffix(".crt")
    ask = f"openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName={name}"
    sign = "openssl ca -batch -notext -selfsign -startdate 20200101000000Z -enddate 20200201000000Z"
    for command in (f"{ask} -keyout {path} -out {request}", f"{sign} -config {config} -keyfile {path} -in {request}"):
        more = ["-out", str(certificate)] if command.startswith(sign) else []
        subprocess.run([*command.split(), *more], check=True, capture_output=True)
    path.write_text(path.read_text() + certificate.read_text())
    return path


def secured(context: ssl.SSLContext, connection: socket.socket) -> ssl.SSLSocket:
    """The server's side of TLS over a connection, which it takes over.

    Raises `OSError`, and then nothing is left open: of a peer that has gone before the handshake `ssl` leaves a socket
    behind, whose warning would meet whatever test runs when it is collected.
    """
    try:
        return context.wrap_socket(connection, server_side=True)
    except OSError as error:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if isinstance(left := frame.f_locals.get("self"), ssl.SSLSocket):
                left.close()
        raise


def accepted(listener: socket.socket) -> Iterator[socket.socket]:
    """The connections, one after the other, until the listener is shut down."""
    with suppress(OSError):
        while True:
            yield listener.accept()[0]


class serving:  # noqa: N801 - read as a word of the `with` statement
    """A listener that hands each connection to `talk`, then closes it."""

    def __init__(self, talk: Callable[[socket.socket], object]) -> None:
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        for connection in accepted(self._listener):
            with connection, suppress(OSError):
                self._talk(connection)

    def __enter__(self) -> int:
        self._thread.start()
        port = self._listener.getsockname()[1]
        assert isinstance(port, int)
        return port

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
