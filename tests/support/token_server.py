"""A real token server (oidc-provider, on Node) over TLS on loopback; its packages lie in a cache folder.

Where it cannot be started, a test is skipped and names the reason; where `REQUIRE_REAL_ENGINES=1`, it fails.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import requests

from sandbox.engine.start import default_cache
from tests.support.engines import REQUIRED

SOURCES = Path(__file__).parent / "token_server"
INSTALL_SECONDS = 600
LISTENING = re.compile(r"listening on port (\d+)")


class TokenServer:
    """Issues tokens that last `seconds` to `client`, and says of a token whether it holds. `port` 0: a free one."""

    def __init__(self, certificate: Path, *, client: str, secret: str, seconds: int) -> None:
        self._certificate = certificate
        self._pair = (client, quote_plus(secret))
        self._wishes = {"client": client, "secret": secret, "seconds": seconds, "certificate": str(certificate)}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def token_url(self) -> str:
        return f"https://localhost:{self._port}/token"

    def start(self) -> None:
        """Start it, the second time on the same port; it remembers no token of before."""
        wishes = json.dumps({**self._wishes, "port": self._port, "modules": str(_packages())})
        self._process = subprocess.Popen(
            ["node", str(SOURCES / "server.mjs"), wishes],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if found := LISTENING.search(line):
                self._port = int(found[1])
                self._reader = threading.Thread(target=self._process.stdout.read, daemon=True)  # else it blocks
                self._reader.start()
                return
        pytest.fail(f"the token server has ended: {''.join(lines)}")

    def stop(self) -> None:
        """Stop it; safe to repeat."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def takes(self, token: str) -> bool:
        """Whether it has issued this token, and it still holds."""
        url = self.token_url + "/introspection"
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url, data={"token": token}, auth=self._pair, verify=str(self._certificate), timeout=30
            )
        return bool(answer.json().get("active"))


def _packages() -> Path:
    """The folder with the packages, downloaded where they are not there."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            _cannot(f"no {tool} on this machine")
    folder = default_cache().absolute().parent / "token-server"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wanted, stamp = (SOURCES / "package-lock.json").read_text(), folder / "complete"
        if not stamp.exists() or stamp.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCES / name, folder)
            done = subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=False,
            )
            if done.returncode:
                _cannot(f"its packages could not be taken: {done.stderr[-1000:]}")
            stamp.write_text(wanted)
    return folder


def _cannot(reason: str) -> None:
    if REQUIRED:
        pytest.fail(f"the token server is required: {reason}")
    pytest.skip(f"no token server: {reason}")
