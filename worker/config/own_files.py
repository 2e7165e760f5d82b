"""Finds what is wrong with the files that engine, portal and PostgreSQL are reached with: a token, certificates, keys.

A file that is missing or empty is no fault of the settings: whoever renews it may be late. The worker then pauses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bitrix.certificates import MAY_COME, PemFault, authorities_fault, client_fault
from bitrix.named_files import opened
from bitrix.proxy import Route
from worker.config.engine_auth import NO_FILE, token_file_fault
from worker.config.ledger_options import OF_FILES, OPTION, SYSTEM
from worker.config.ledger_url import options_of
from worker.config.settings import Settings
from worker.config.text_file import is_a_pipe
from worker.config.tls import routes_of
from worker.words.config_faults import Problem
from worker.words.foreign import why_unread
from worker.words.phrase import Phrase, joined
from worker.words.yaml_words import UNREAD

OF_THE_KEY = (PemFault.NO_KEY, PemFault.KEY_LOCKED, PemFault.OTHER_KEY)
PAUSES = Phrase(
    "; до тех пор работа приостановлена, воркер прочитает файл сам",
    "; until then work pauses, and the worker reads the file by itself",
)
NOT_WRITTEN_YET = Phrase("его как раз обновляли", "it was just being renewed")
PEM_FAULTS: Mapping[PemFault, Phrase] = {
    PemFault.UNREADABLE: UNREAD,
    PemFault.EMPTY: Phrase("файл {file} пуст: запишите его заново", "{file} is empty: write it anew"),
    PemFault.NO_FILE: NO_FILE,
    PemFault.NO_CERTIFICATE: Phrase(
        "в файле {file} нет сертификата в формате PEM: укажите файл с BEGIN CERTIFICATE",
        "{file} holds no certificate in PEM: name a file with BEGIN CERTIFICATE",
    ),
    PemFault.NO_KEY: Phrase(
        "в файле {file} нет ключа в формате PEM: укажите в client_key файл с BEGIN PRIVATE KEY",
        "{file} holds no private key in PEM: set client_key to a file with BEGIN PRIVATE KEY",
    ),
    PemFault.KEY_LOCKED: Phrase(
        "ключ в файле {file} под паролем, такие не поддерживаются: сохраните его без пароля (openssl pkey -in старый "
        "-out новый) и закройте файл от других (chmod 600)",
        "{file} holds a key with a password, which is not supported: save it without one (openssl pkey -in old -out "
        "new), and close the file to others (chmod 600)",
    ),
    PemFault.OTHER_KEY: Phrase(
        "ключ в файле {file} не от этого сертификата: укажите тот, для которого сертификат выпущен",
        "{file} holds a key that does not belong to the certificate: name the one it was issued for",
    ),
    PemFault.BROKEN: Phrase(
        "файл PEM {file} повреждён: получите его заново", "{file} is damaged PEM: get the file anew"
    ),
}


def wrong_files(settings: Settings) -> Iterator[Problem]:
    """Files that a person must replace."""
    yield from (problem for problem, may_come in _found(settings) if not may_come)
    yield from _waited_for(settings.ledger.url)


def awaited_files(settings: Settings) -> Iterator[Problem]:
    """Files that may still come."""
    for problem, may_come in _found(settings):
        if may_come:
            yield replace(problem, phrase=joined("", [problem.phrase, PAUSES]))


def files_of_database(url: str) -> Iterator[Problem]:
    """Warnings about files for TLS to PostgreSQL. Its library goes on without some, and then verifies nothing."""
    for name, file, pem_fault in _of_options(_for_tls(url)):
        if not is_a_pipe(Path(file)):
            words = _in_words(pem_fault, file)
            yield Problem("ledger.url", OPTION.format(name=name, words=words), of_file=True)


def _for_tls(url: str) -> Mapping[str, str]:
    """The parameters of a database's address, if it is reached by TLS."""
    given = options_of(url)
    return given if given.get("sslmode") != "disable" else {}


def _waited_for(url: str) -> Iterator[Problem]:
    """Faults: PostgreSQL's library would wait for ever for somebody who writes into a pipe."""
    for name in OF_FILES:
        if is_a_pipe(file := Path(_for_tls(url).get(name, ""))):
            words = NO_FILE.format(file=file)
            yield Problem("ledger.url", OPTION.format(name=name, words=words))


def _of_options(given: Mapping[str, str]) -> Iterator[tuple[str, str, PemFault]]:
    """(parameter, file, fault)."""
    root, cert, key = (given.get(name, "") for name in ("sslrootcert", "sslcert", "sslkey"))
    if root not in ("", SYSTEM) and (fault := authorities_fault(root)):
        yield "sslrootcert", root, fault
    if cert and key and "sslpassword" not in given and (fault := client_fault(cert, key)):
        yield ("sslcert", cert, fault) if authorities_fault(cert) else ("sslkey", key, fault)


def _found(settings: Settings) -> Iterator[tuple[Problem, bool]]:
    """(fault, whether the file may still come)."""
    file = settings.camunda.auth.token_file
    if file and (fault := token_file_fault(file)):
        yield Problem("camunda.auth.token_file", fault.phrase, of_file=True), fault.may_come
    for side, (_, route) in routes_of(settings).items():
        for name, path, pem_fault in _of_route(route):
            yield Problem(f"{side}.{name}", _in_words(pem_fault, path), of_file=True), pem_fault in MAY_COME


def _in_words(fault: PemFault, file: str) -> Phrase:
    return PEM_FAULTS[fault].format(file=file, why=_why_unread(file) if fault is PemFault.UNREADABLE else "")


def _why_unread(file: str) -> Phrase:
    try:
        opened(file).close()
    except OSError as error:
        return why_unread(error)
    return NOT_WRITTEN_YET


def _of_route(route: Route) -> Iterator[tuple[str, str, PemFault]]:
    """(setting, file, fault)."""
    if route.ca_file and (fault := authorities_fault(route.ca_file)):
        yield "ca_file", route.ca_file, fault
    if route.client_cert and (fault := client_fault(route.client_cert, route.client_key)):
        at_key = fault in OF_THE_KEY or authorities_fault(route.client_cert) is None
        of_key = route.client_key if at_key else None
        name, path = ("client_key", of_key) if of_key else ("client_cert", route.client_cert)
        yield name, path, fault
