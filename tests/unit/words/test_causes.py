"""Every cause has its words; and what real sockets do is told by its cause."""

from __future__ import annotations

import re
import socket
import ssl
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from bitrix.causes import Cause, Trouble
from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, PortalError
from bitrix.proxy import Route
from bitrix.webhook import WebhookUrl
from sandbox.ports import free_port
from tests.support.causes_table import PAGES, written
from tests.support.listeners import make_certificate, secured
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.words.cause_words import CATALOGUE
from worker.words.causes import SETTINGS, explained, in_words, passes, with_cure
from worker.words.phrase import LANGUAGES, Language

PYTHON = re.compile(r"[A-Z][a-z]+[A-Za-z]*(?:Error|Exception|Timeout)\b|<|urllib3|Errno")
PLAIN_ANSWER = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


def full(cause: Cause) -> Trouble:
    return Trouble("portal", cause, "profile", "portal.example:443", "said words", "CODE", 418, 12, 34)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_sentence_and_a_cure_in_both_languages(cause: Cause, language: Language) -> None:
    for trouble in (full(cause), Trouble("engine", cause)):
        told = explained(trouble)
        for text in (told.sentence.in_(language), told.cure.in_(language)):
            assert len(text) > 10
            assert not re.search(r"[{}]|\(\)|: *$", text), "what is not known leaves nothing behind"
            assert bool(re.search("[а-яА-Я]", text)) is (language == "ru")
    known = {field.name for field in fields(Trouble)} | {"at", "http", "rate", *SETTINGS["portal"]}
    used = {
        name for text in (told.sentence.en, told.cure.en) for _, name, _, _ in string.Formatter().parse(text) if name
    }
    assert used <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_causes_says_what_the_worker_says(language: Language) -> None:
    page = PAGES[language].read_text("utf-8")
    assert page == written(page, language), "python -m tests.support.causes_table"
    assert re.findall(r"^## `([a-z_]+)`$", page, re.MULTILINE) == [cause.value for cause in Cause]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", list(Cause))
def test_a_person_reads_what_it_means_before_the_name_of_a_call(cause: Cause, language: Language) -> None:
    trouble = Trouble("portal", cause, call="tasks.task.list", said="said words")
    said, sentence = in_words(trouble).in_(language), explained(trouble).sentence.in_(language)
    assert said.startswith(sentence)
    assert said.count("tasks.task.list") == 1
    assert in_words(Trouble("portal", cause)).in_(language) == explained(Trouble("portal", cause)).sentence.in_(
        language
    )


def test_words_of_another_system_keep_their_own_mark() -> None:
    trouble = Trouble("portal", Cause.METHOD_MISSING, call="imena.camunda.sync", said="Method not found!")
    assert ": Method not found! Switch on" in with_cure(trouble).en
    assert ".. " not in with_cure(Trouble("portal", Cause.REJECTED, said="No such user.")).en


def test_a_revoked_webhook_never_ends_without_a_person() -> None:
    error = ChannelFault("profile", "INVALID_CREDENTIALS", "Invalid request credentials", cause=Cause.WEBHOOK_UNKNOWN)
    assert not passes(error)
    assert "новый вебхук" in with_cure(error).ru
    assert passes(LedgerUnavailable("disk full"))
    assert in_words(LedgerUnavailable("disk full")).en == "the ledger cannot be used: disk full"


@contextmanager
def serving(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that sends `answer` to whoever speaks; with a context over TLS. Ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    taken, _ = listener.accept()
                    with secured(context, taken) if context else taken as peer:
                        peer.settimeout(60.0)
                        peer.recv(65536)
                        peer.sendall(answer)
                except ssl.SSLError:
                    continue  # its own handshake failed
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5.0)


def page(status: bytes, words: bytes) -> bytes:
    body = b"<html><head><title>%s</title></head><body><h1>x</h1></body></html>" % words
    return PLAIN_ANSWER % (status, len(body), body)


def of_portal(address: str, ca_file: Path | None = None, *, patience: float = 60.0) -> PortalError:
    client = BitrixClient(
        WebhookUrl.parse(f"{address}/rest/1/s3cr3ts3cr3t/"),
        request_timeout=patience,
        route=Route(ca_file=str(ca_file) if ca_file else None),
    )
    with pytest.raises(PortalError) as caught:
        client.call("tasks.task.add")
    client.close()
    return caught.value


def of_engine(address: str) -> EngineError:
    engine = Engine(CamundaSettings(base_url=f"{address}/engine-rest"), "w", {}, connections=1)
    with pytest.raises(EngineError) as caught:
        engine.give_back("task-1")
    engine.close()
    return caught.value


def seen(error: PortalError | EngineError, cause: Cause, place: str) -> None:
    assert error.cause is cause, (error.cause, repr(error.__cause__))
    assert error.place == place
    for language in LANGUAGES:
        told = with_cure(error).in_(language)
        assert place in told
        assert not PYTHON.search(told), told
        assert "s3cr3t" not in told


def test_a_closed_port() -> None:
    port = free_port()
    seen(of_portal(f"http://127.0.0.1:{port}"), Cause.REFUSED, f"127.0.0.1:{port}")
    seen(of_engine(f"http://127.0.0.1:{port}"), Cause.REFUSED, f"127.0.0.1:{port}")


def test_an_unknown_name() -> None:
    seen(of_portal("https://portal.invalid"), Cause.UNKNOWN_NAME, "portal.invalid:443")
    seen(of_engine("http://engine.invalid:8080"), Cause.UNKNOWN_NAME, "engine.invalid:8080")


def test_tls_of_nobody_we_trust_and_of_another_name(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "DNS:portal.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(page(b"200 OK", b"x"), context) as port:
        seen(of_portal(f"https://127.0.0.1:{port}"), Cause.TLS_AUTHORITY, f"127.0.0.1:{port}")
        assert "ca_file" in with_cure(of_engine(f"https://127.0.0.1:{port}")).en.lower()
        seen(of_portal(f"https://127.0.0.1:{port}", certificate), Cause.TLS_NAME, f"127.0.0.1:{port}")


def test_http_where_tls_is_and_tls_where_http_is() -> None:
    with serving(page(b"400 Bad Request", b"x")) as port:
        seen(of_portal(f"https://127.0.0.1:{port}"), Cause.PLAIN_HTTP, f"127.0.0.1:{port}")
    with serving(page(b"400 Bad Request", b"400 The plain HTTP request was sent to HTTPS port")) as port:
        seen(of_portal(f"http://127.0.0.1:{port}"), Cause.TLS_EXPECTED, f"127.0.0.1:{port}")
    with serving(b"\x15\x03\x01\x00\x02\x02\x46") as port:
        seen(of_engine(f"http://127.0.0.1:{port}"), Cause.TLS_EXPECTED, f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("status", "portal", "engine"),
    [
        (b"404 Not Found", Cause.NO_REST, Cause.ENGINE_PATH),
        (b"502 Bad Gateway", Cause.GATEWAY, Cause.GATEWAY),
        (b"413 Too Large", Cause.TOO_LARGE, Cause.TOO_LARGE),
        (b"401 Unauthorized", Cause.FORBIDDEN, Cause.ENGINE_NO_LOGIN),
        (b"403 Forbidden", Cause.FORBIDDEN, Cause.FORBIDDEN),
        (b"302 Found", Cause.MOVED, Cause.MOVED),
    ],
)
def test_pages_in_place_of_an_answer(status: bytes, portal: Cause, engine: Cause) -> None:
    with serving(page(status, b"Words of the page")) as port:
        for error, cause in (
            (of_portal(f"http://127.0.0.1:{port}"), portal),
            (of_engine(f"http://127.0.0.1:{port}"), engine),
        ):
            seen(error, cause, f"127.0.0.1:{port}")
            if cause is not Cause.MOVED:
                assert "Words of the page" in in_words(error).en


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://sso.example/login?next=/rest/1/hidden-secret/", ": https://sso.example (call"),
        ("https://user:hidden-secret@[2001:db8::1]:8443/rest/1/hidden-secret/", ": https://[2001:db8::1]:8443 (call"),
        ("/login/hidden-secret", ": http://127.0.0.1:{port} (call"),
        ("https://portal.example:hidden-secret/", "HTTP 302 (call"),
        ("", ": http://127.0.0.1:{port} (call"),
    ],
)
def test_a_redirect_is_told_with_the_host_it_leads_to_and_without_its_path(location: str, shown: str) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % location.encode()
    with serving(head) as port:
        for side in (of_portal, of_engine):
            told = with_cure(side(f"http://127.0.0.1:{port}")).en
            assert shown.format(port=port) in told
            assert "hidden-secret" not in told
            assert "log-in page" in told


def test_silence_and_a_closed_connection() -> None:
    with serving(b"") as port:
        seen(of_portal(f"http://127.0.0.1:{port}"), Cause.CLOSED, f"127.0.0.1:{port}")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        seen(of_portal(f"http://127.0.0.1:{port}", patience=1.0), Cause.NO_ANSWER, f"127.0.0.1:{port}")


def test_no_cure_begins_with_nothing() -> None:
    """After the sentence of a cause `Nothing: the worker waits` names nothing."""
    assert [cause for cause, told in CATALOGUE.items() if told.cure.en.startswith("Nothing")] == []


def test_a_missing_method_may_be_of_any_module() -> None:
    """Without `tasks.task.add` the docs' "module of the portal", which is that for Camunda, would be the wrong one."""
    for method in ("tasks.task.add", "imena.camunda.sync"):
        said = with_cure(Trouble("portal", Cause.METHOD_MISSING, call=method, said="Method not found!")).en
        assert said.startswith(f"the portal does not know the method {method}")
        assert "Switch on the module of this method on the portal" in said


@pytest.mark.parametrize("cause", [cause for cause, one in CATALOGUE.items() if "{proxy}" in one.cure.en])
def test_a_cure_at_the_proxy_names_the_place_of_a_proxy_of_the_environment_too(cause: Cause) -> None:
    cure = CATALOGUE[cause].cure
    assert [name in text for text in (cure.ru, cure.en) for name in ("env", "HTTPS_PROXY", "HTTP_PROXY")] == [True] * 6


@pytest.mark.parametrize("cause", [cause for cause, one in CATALOGUE.items() if not one.passes])
def test_a_cause_that_does_not_end_without_a_person_promises_nothing_of_the_worker_alone(cause: Cause) -> None:
    """One text said that the worker takes a new token by itself, and that it does not end without you."""
    cure = CATALOGUE[cause].cure
    assert not re.search(r"(^|\. )The worker [^.]* by itself", cure.en)
    assert not re.search(r"(^|\. )Воркер сам ", cure.ru)


@pytest.mark.parametrize(
    "cause",
    [
        *(Cause.TOKEN_FILE, Cause.ENGINE_FILE_TOKEN, Cause.TLS_FILES, Cause.TLS_CLIENT_ENDED),
        Cause.DATABASE_TLS_FILES,
    ],
)
def test_a_cause_that_a_renewed_file_ends_may_end_without_a_person_and_says_so(cause: Cause) -> None:
    """The headline said that work resumes only after somebody has fixed it, though whatever renews the file does."""
    assert CATALOGUE[cause].passes
    assert "by itself" in CATALOGUE[cause].cure.en
    assert re.search(r"воркер прочитает .*сам", CATALOGUE[cause].cure.ru)
