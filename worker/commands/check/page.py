"""What `check` reports about the address of the status page: whether `run` can listen there, or who answers instead."""

from __future__ import annotations

import errno
import http.client
from collections.abc import Iterator

from worker.commands.check.finding import Finding
from worker.commands.running.health import checks_in
from worker.commands.running.page import asked, place_of
from worker.config.settings import Settings
from worker.monitoring.http_port import prove_free
from worker.words import look_names as names
from worker.words.health import CURE_OF_ANOTHER
from worker.words.not_listening import not_listening
from worker.words.phrase import NOTHING, Phrase, in_sentences, unchanged

FREE = Phrase("{where} свободен", "{where} is free")
OURS = Phrase("по адресу {where} отвечает работающий воркер", "the running worker answers at {where}")
ANOTHER = Phrase("по адресу {where} отвечает другая программа", "another program answers at {where}")
UNUSABLE = unchanged("{where}: {why}")
OTHER_ADDRESS = Phrase(
    "задайте другие http.host и http.port: без неё воркер работает, но нет ни health, ни метрик",
    "choose another http.host and http.port: without the page the worker works, but there is no health, and no metrics",
)
WITHOUT_PAGE = Phrase(
    "Без страницы воркер работает, но нет ни health, ни метрик",
    "Without the page the worker works, but there is no health, and no metrics",
)


def page_of(settings: Settings) -> Iterator[Finding]:
    """Nothing if the page is off."""
    if settings.http.port:
        seen, cure = _seen(settings)
        yield Finding(names.PAGE, good=not cure, seen=seen, cure=cure, essential=False)


def _seen(settings: Settings) -> tuple[Phrase, Phrase]:
    """What was seen, and what to do; empty: nothing is wrong."""
    where = place_of(settings.http)
    try:
        prove_free(settings.http.host, settings.http.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            why, cure = not_listening(error, settings.http.port)
            return UNUSABLE.format(where=where, why=why), in_sentences(cure, WITHOUT_PAGE)
    else:
        return FREE.format(where=where), NOTHING
    try:
        answer = asked(settings, "/healthz")
    except (OSError, http.client.HTTPException):
        return ANOTHER.format(where=where), OTHER_ADDRESS
    if checks_in(answer) is None:
        return ANOTHER.format(where=where), OTHER_ADDRESS
    return (answer.of_another, CURE_OF_ANOTHER) if answer.of_another else (OURS.format(where=where), NOTHING)
