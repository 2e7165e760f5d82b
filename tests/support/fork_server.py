"""Starts workers without a new interpreter: a process that has imported the worker forks for each start.

To start Python and import the worker costs most of a second of CPU, hundreds of times in a run of the tests. What
depends on an interpreter's own start takes a fresh one (`needs_a_fresh_interpreter`).
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("worker", "bitrix")
IMPORTED_LATE = ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg", "http.server")
"""What libraries import at their first use."""
KEPT = ("PATH", "HOME", "LANG")
PR_SET_CHILD_SUBREAPER = 36
LONGEST_REQUEST = 1 << 20
STANDARD = (0, 1, 2)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Of the caller's environment only what a program needs, and what is given."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | dict(given)


def needs_a_fresh_interpreter(environ: Mapping[str, str]) -> bool:
    """Whether it says what Python reads at its start only: its own switches, and the encoding of standard output."""
    usual = environment({})
    return any(
        environ[name] != usual.get(name) for name in environ if name.startswith(("PYTHON", "LANG", "LC_", "MALLOC_"))
    )


class Forked(subprocess.Popen[bytes]):
    """`python -m worker …` as a fork of the server, and yet a child of this process: with all that `Popen` can do."""

    def _execute_child(self, args: list[str], *given: Any) -> None:
        """Stands in for the library's own fork and exec; see `subprocess.Popen.__init__` for what it is given."""
        _, _, _, _, cwd, env, _, _, _, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *rest = given
        *_, new_session, _ = rest
        request = {"arguments": args[3:], "cwd": str(cwd), "environ": env, "new_session": new_session}
        files = [one if one != -1 else own for one, own in zip((p2cread, c2pwrite, errwrite), STANDARD, strict=True)]
        self.pid = _server().start(request, files)
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


class Server:
    """The process that forks; ends with this one."""

    def __init__(self) -> None:
        # A fork's parent, which has ended, is followed by this process: it can wait for the fork as for its own child.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno())],
                cwd=ROOT,
                env=environment({}),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(self, request: Mapping[str, Any], files: list[int]) -> int:
        """The fork's pid."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(request).encode()], files)
            answer = self._socket.recv(100)
        assert answer, "the fork server has ended"
        return int(answer)

    def end(self) -> None:
        self._socket.close()
        self._process.wait()


_asked = threading.Lock()


def _server() -> Server:
    """The one of this process, also where several threads ask first: a second one would never be ended."""
    with _asked:
        return _started()


@functools.cache
def _started() -> Server:
    server = Server()
    atexit.register(server.end)
    return server


# --- in the server ---


def _import_all() -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in IMPORTED_LATE:
        importlib.import_module(name)


def serve(control: socket.socket) -> list[str]:
    """Fork for each request; returns the arguments in each fork, and ends in the server itself once nobody asks."""
    while True:
        said, files, *_ = socket.recv_fds(control, LONGEST_REQUEST, len(STANDARD))
        if not said:
            os._exit(0)
        reading, writing = os.pipe()
        if (between := os.fork()) == 0:
            if (fork := os.fork()) == 0:
                return _become(json.loads(said), files)
            os.write(writing, str(fork).encode())
            os._exit(0)
        os.waitpid(between, 0)  # only now the fork is a child of who asks
        control.send(os.read(reading, 100))
        for file in (*files, reading, writing):
            os.close(file)


def _become(request: Mapping[str, Any], files: list[int]) -> list[str]:
    """Be what a new interpreter would be."""
    if request["new_session"]:
        os.setsid()
    for file, standard in zip(files, STANDARD, strict=True):
        os.dup2(file, standard)
    os.closerange(STANDARD[-1] + 1, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    os.chdir(request["cwd"])
    return list(request["arguments"])


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()  # all that is imported stays
    _import_all()
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    gc.collect()
    gc.freeze()  # what is never looked at again stays shared
    gc.enable()
    sys.argv[1:] = serve(control)
    try:
        runpy.run_module("worker", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        _end(end.code)
        raise


def _end(code: str | int | None) -> None:
    """All that an interpreter does at its end but to take its objects apart: that costs a fork more than its work.

    Returns where the interpreter has something to say itself.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with suppress(OSError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if not isinstance(code, str):
            os._exit(code or 0)


if __name__ == "__main__":
    main()
