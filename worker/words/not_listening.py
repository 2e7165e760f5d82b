"""Why the status page's address cannot be listened at, and what to do."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import NamedTuple

from worker.words.foreign import UNKNOWN
from worker.words.phrase import Phrase


class NotListening(NamedTuple):
    """The reason, and how to fix it."""

    why: Phrase
    cure: Phrase


OTHER_HOST = Phrase(
    "Задайте в HTTP_HOST адрес этой машины, например 127.0.0.1, или 0.0.0.0: все её адреса",
    "Set HTTP_HOST to an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them",
)
OTHER_PORT = Phrase(
    "Исправьте HTTP_HOST или задайте другой порт в HTTP_PORT (0 выключает страницу)",
    "Correct HTTP_HOST, or set another port in HTTP_PORT (0 turns the page off)",
)
NO_SUCH_NAME = NotListening(Phrase("такого имени или адреса нет", "there is no such name or address"), OTHER_HOST)
FOR: Mapping[int, NotListening] = {
    errno.EADDRINUSE: NotListening(
        Phrase("порт занят другой программой", "another program listens at this port"),
        Phrase(
            "Какой, покажет sudo ss -ltnp 'sport = :{port}'. Остановите её или задайте другой порт в HTTP_PORT (0 "
            "выключает страницу)",
            "sudo ss -ltnp 'sport = :{port}' shows which. Stop it, or set another port in HTTP_PORT (0 turns the page "
            "off)",
        ),
    ),
    errno.EADDRNOTAVAIL: NotListening(
        Phrase("у этой машины нет такого адреса", "this machine has no such address"), OTHER_HOST
    ),
    errno.EACCES: NotListening(
        Phrase("порты ниже 1024 открывает только root", "only root may open ports below 1024"),
        Phrase(
            "Задайте в HTTP_PORT порт от 1024 (0 выключает страницу)",
            "Set HTTP_PORT to a port from 1024 on (0 turns the page off)",
        ),
    ),
}


def not_listening(error: OSError, port: int) -> NotListening:
    """What a refused `bind` means."""
    if isinstance(error, socket.gaierror):
        return NO_SUCH_NAME
    found = FOR.get(error.errno or 0)
    if found is None:
        return NotListening(UNKNOWN.format(words=error.strerror or type(error).__name__), OTHER_PORT)
    return NotListening(found.why, found.cure.format(port=port))
