"""An HTTP proxy as companies have it, in a process of its own: tunnels for TLS, whole addresses for plain HTTP.

It knows names that nobody else does, so that what is reached by them was reached through it.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
FORWARD_SECONDS = 100
KEPT = ("content-type", "authorization", "accept")


class ProxyProcess:
    """Starts one and ends it. `knows`: where names lead, as `host:port`. `login`: `user:password` that it asks for.

    `refuse`: the status with which it answers everything. `drop`: it takes a whole request and hangs up.
    """

    def __init__(
        self,
        knows: Mapping[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
        login: str = "",
        refuse: int = 0,
        drop: bool = False,
    ) -> None:
        self._host = host
        self._told = {"host": host, "knows": dict(knows or {}), "login": login, "refuse": refuse, "drop": drop}
        self.lines: list[str] = []
        """What it was asked for: method and address of each request."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.proxy_process", json.dumps(self._told)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self) -> None:
        assert self._process.stdout
        self.lines.extend(line.strip() for line in self._process.stdout)  # one by one, as they come

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()

    @property
    def address(self) -> str:
        return f"http://{self._host}:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    told: Mapping[str, Any]

    def do_CONNECT(self) -> None:
        if not self._lets_through():
            return
        try:
            onward = self._onward(self.path)
        except OSError:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with onward:
            back = threading.Thread(target=_pump, args=(onward, self.connection), daemon=True)
            back.start()
            _pump(self.connection, onward)
            back.join()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._lets_through():
            return
        parts = urlsplit(self.path)
        headers = {name: text for name, text in self.headers.items() if name.lower() in KEPT} | {"Host": parts.netloc}
        assert "Authorization" not in headers or not headers["Authorization"].startswith("Proxy")
        connection = http.client.HTTPConnection("unused", timeout=FORWARD_SECONDS)
        try:
            connection.sock = self._onward(parts.netloc)
            connection.request(self.command, self.path.removeprefix(f"http://{parts.netloc}"), body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the names that the library asks for

    def _lets_through(self) -> bool:
        print(f"{self.command} {self.path}\n", end="", flush=True)  # in one piece: other threads write here too
        if self.told["drop"]:
            self.close_connection = True
            return False
        if self.told["refuse"]:
            self.send_error(self.told["refuse"])
            return False
        login = self.told["login"]
        if login and self.headers.get("Proxy-Authorization") != "Basic " + b64encode(login.encode()).decode():
            self.send_error(407)
            return False
        return True

    def _onward(self, place: str) -> socket.socket:
        host, _, port = self.told["knows"].get(place, place).rpartition(":")
        return socket.create_connection((host, int(port)), timeout=FORWARD_SECONDS)

    def log_message(self, *_: object) -> None:
        pass


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _end_with(caller: Any) -> None:
    caller.read()
    os._exit(0)


def main() -> None:
    _Handler.told = json.loads(sys.argv[1])
    server = ThreadingHTTPServer((_Handler.told["host"], 0), _Handler)
    print(server.server_port, flush=True)
    threading.Thread(target=_end_with, args=(sys.stdin,), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
