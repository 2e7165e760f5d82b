"""How requests to the engine log in: by name and password, by a token, or not at all."""

from __future__ import annotations

import threading
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import requests
from requests.auth import AuthBase

from bitrix import secrecy
from bitrix.causes import Cause
from worker.config.engine_auth import TokenFileFault, read_token
from worker.config.text_file import shown_file
from worker.engine.errors import LoginUnavailable

AUTHORIZATION = "Authorization"
TOKEN_FILE = "token file"  # noqa: S105 - the name of a call
Version = tuple[int, int, int]
"""Of a file: its time of change, inode and size. A file that is written anew, or put in its place, has another one."""


class Login(AuthBase):
    """No login, and the base of the others. Thread-safe.

    `refusal`: what it means that the engine refuses what `__call__` has added.
    """

    refusal = Cause.ENGINE_NO_LOGIN

    def prepare(self, seconds: float) -> None:
        """Get what `__call__` needs, within so many seconds. Raises `LoginUnavailable`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request

    def close(self) -> None:
        """Close what it has open."""

    def renewed(self, refused: str, seconds: float) -> bool:  # noqa: ARG002 - for those who can
        """Whether there is something else to log in with than this refused header. Raises `LoginUnavailable`."""
        return False


class Basic(Login):
    """Name and password, in UTF-8."""

    refusal = Cause.ENGINE_LOGIN

    def __init__(self, user: str, password: str) -> None:
        self._header = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[AUTHORIZATION] = self._header
        return request


class Bearer(Login):
    """A token that stays the same."""

    refusal = Cause.ENGINE_TOKEN

    def __init__(self, token: str = "") -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[AUTHORIZATION] = self._header
        return request

    @property
    def _header(self) -> str:
        return f"Bearer {self._token}"


class FileToken(Bearer):
    """A token in a file that somebody else renews: read when the file has changed, and when the token is refused."""

    refusal = Cause.ENGINE_FILE_TOKEN

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._guard = threading.Lock()
        self._version: Version | None = None

    def prepare(self, seconds: float) -> None:  # noqa: ARG002 - a file is read at once
        with self._guard:
            version = self._version_now()
            if not self._token or version != self._version:
                self._read(version)

    def renewed(self, refused: str, seconds: float) -> bool:  # noqa: ARG002 - likewise
        with self._guard:
            self._read(self._version_now())
            return self._header != refused

    def _version_now(self) -> Version | None:
        with suppress(OSError):
            told = Path(self._path).stat()
            return told.st_mtime_ns, told.st_ino, told.st_size
        return None

    def _read(self, version: Version | None) -> None:
        """`version` is found before the reading: what is written meanwhile is read at the next request."""
        try:
            self._token = read_token(self._path)
        except TokenFileFault:
            raise LoginUnavailable(TOKEN_FILE, shown_file(self._path), cause=Cause.TOKEN_FILE) from None
        self._version = version
        secrecy.keep_too(self._token)
