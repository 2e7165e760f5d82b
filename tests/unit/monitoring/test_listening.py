"""What is said while the address of the status page cannot be listened at."""

from __future__ import annotations

import errno
import os
import re
import socket
from typing import NoReturn

import pytest

from tests.support.fakes import Events
from worker.config.settings import HttpSettings
from worker.monitoring.listening import listening
from worker.words.not_listening import not_listening


class Ending:
    """Threads that are asked to stop after the first tries."""

    def __init__(self, tries: int = 2) -> None:
        self._left = tries

    def stopping(self, _: float) -> bool:
        self._left -= 1
        return self._left <= 0


def test_why_the_page_is_not_there_is_told_once_with_what_to_do() -> None:
    def taken() -> NoReturn:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    events = Events()
    assert listening(taken, HttpSettings(port=8090), Ending(), events) is None  # type: ignore[arg-type]
    assert events.names() == ["http.unavailable"]
    told = events.facts("http.unavailable")
    assert told["reason"] == "another program listens at this port"
    assert str(told["cure"]).startswith("sudo ss -ltnp 'sport = :8090' shows which. Stop it, or set another port")


@pytest.mark.parametrize(
    ("error", "why", "cure"),
    [
        (OSError(errno.EADDRINUSE, "Address already in use"), "порт занят другой программой", "HTTP_PORT"),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign"), "у этой машины нет такого адреса", "HTTP_HOST"),
        (PermissionError(errno.EACCES, "Permission denied"), "порты ниже 1024 открывает только root", "HTTP_PORT"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "такого имени или адреса нет", "HTTP_HOST"),
        (OSError(errno.ENOBUFS, "No buffer"), "сообщение библиотеки: «No buffer»", "HTTP_HOST"),
    ],
)
def test_each_cause_has_its_cure_in_both_languages(error: OSError, why: str, cure: str) -> None:
    found = not_listening(error, 8090)
    assert found.why.ru == why
    assert not re.search("[А-Яа-я]", found.why.en + found.cure.en)
    assert cure in found.cure.ru
    assert cure in found.cure.en
