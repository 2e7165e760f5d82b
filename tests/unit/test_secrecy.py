"""No secret of the settings leaves the process, however a peer has written it."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, quote_plus

import pytest
import requests
from hypothesis import given, strategies as st
from pydantic import SecretStr

from bitrix import client, secrecy
from bitrix.errors import Doubtful
from bitrix.reading import LONGEST_WORDS
from bitrix.secrecy import NEWEST, hide, keep, keep_too, shortened
from bitrix.webhook import WebhookUrl
from worker import PROGRAM
from worker.config.loading import load
from worker.config.own_words import is_own
from worker.config.secrets import keep_secrets_of, secrets_of, shown_address
from worker.config.settings import GROUPS, Settings, parts_of
from worker.engine.answers import LONGEST_SAID, json_object, said
from worker.engine.errors import LONGEST_MESSAGE, EngineError, error_of
from worker.ledger.rows import words
from worker.runtime.telemetry import LONGEST_VALUE, Telemetry
from worker.words.documents import document
from worker.words.log.lines import TEXTS
from worker.words.phrase import LANGUAGES
from worker.words.printable import one_line

SECRET = 'pa<s/s & wö"rd%1'


def _in_base64(before: str, after: str) -> Callable[[str], str]:
    return lambda secret: base64.b64encode(f"{before}{secret}{after}".encode()).decode()


ENCODINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    lambda secret: quote(secret, safe=""),
    lambda secret: quote(secret, safe="").lower(),
    lambda secret: quote(quote(secret, safe=""), safe=""),
    quote_plus,
    json.dumps,
    lambda secret: json.dumps(secret, ensure_ascii=False),
    lambda secret: json.dumps(secret).replace("/", "\\/"),
    html.escape,
    repr,
    *(_in_base64(before, after) for before in ("", "a", "ab", "user:") for after in ("", "z", "zz")),
    lambda secret: base64.urlsafe_b64encode(f"user:{secret}".encode()).decode(),
]


@pytest.mark.parametrize("encode", ENCODINGS)
def test_a_secret_is_hidden_in_every_encoding(encode: Callable[[str], str]) -> None:
    keep([SECRET])
    shown = hide(f"before {encode(SECRET)} after")
    assert secrecy.HIDDEN in shown
    told = encode(SECRET)
    assert not [told[i : i + 8] for i in range(len(told) - 7) if told[i : i + 8] in shown]
    assert (shown[:7], shown[-6:]) == ("before ", " after")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_credentials_are_hidden_as_their_header_bears_them(encoding: str) -> None:
    """Also a password that is too short to be hidden alone."""
    keep(["ключ", "pw"], [("demo", "pw"), ("демо", "ключ"), ("süß", "pw")])
    for pair in ("demo:pw", "süß:pw"):
        header = base64.b64encode(pair.encode(encoding)).decode()
        assert header.strip("=") not in hide(f"Authorization: Basic {header}")
    assert hide("the password is pw") == "the password is pw"


@given(st.sampled_from([secrecy.WEBHOOK, secrecy.TOKEN, secrecy.JWT]).flatmap(st.from_regex))
def test_what_a_pattern_hides_bears_a_sign(text: str) -> None:
    assert any(sign in secrecy._folded(text) for sign in secrecy.SIGNS)


@pytest.mark.parametrize("letters", ["kısi", "KİSI", "\u212ai\u017fi"])
def test_a_secret_is_hidden_in_letters_that_are_equal_but_for_their_case(letters: str) -> None:
    """A Turkish İ, a Turkish ı, the sign of the kelvin, and a long s."""
    keep(["kisi-kisi"])
    assert hide(f"{letters}-{letters}") == secrecy.HIDDEN


@given(st.text(min_size=secrecy.SHORTEST), st.text(), st.text())
def test_no_text_around_it_saves_a_secret(secret: str, before: str, after: str) -> None:
    keep([secret])
    assert secret not in hide(before.replace(secret, "") + secret).replace(secrecy.HIDDEN, "\0" * 9) + after[:0]


def test_the_settings_of_a_process_replace_those_before() -> None:
    keep(["first-secret"])
    keep_too("of-the-first-run")
    keep(["second-secret"])
    assert hide("first-secret second-secret of-the-first-run") == "first-secret *** of-the-first-run"


@pytest.mark.parametrize("encode", ENCODINGS)
def test_a_secret_got_while_running_is_hidden_in_every_encoding(encode: Callable[[str], str]) -> None:
    keep(["of-the-settings"])
    keep_too(SECRET)
    told = encode(SECRET)
    shown = hide(f"before {told} after of-the-settings")
    assert not [told[i : i + 8] for i in range(len(told) - 7) if told[i : i + 8] in shown]
    assert shown.endswith(" after ***")


def test_the_newest_secrets_of_a_run_are_hidden_and_no_more_of_them_kept() -> None:
    keep([])
    for number in range(100, 100 + NEWEST + 1):
        keep_too(f"renewed-{number}")
    assert hide("renewed-100") == "renewed-100"
    assert {hide(f"renewed-{number}") for number in range(101, 101 + NEWEST)} == {secrecy.HIDDEN}


def test_a_web_token_is_hidden_though_nobody_knows_it() -> None:
    keep([])
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3b3JrZXIifQ.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw"
    for told in (f"Bearer {token} was refused", json.dumps({"access_token": token}), f"?jwt={token}&x=1", token[:40]):
        shown = hide(told)
        assert "eyJ" not in shown
        assert secrecy.HIDDEN in shown
    assert hide("keyJournal.example.com is a host") == "keyJournal.example.com is a host"


def settings(url: str = "sqlite:///worker.db", password: str = "of-the-engine") -> Settings:  # noqa: S107 - no real one
    return load(
        None,
        {
            "CAMUNDA_BASE_URL": "https://engine/engine-rest",
            "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/0f-the-portal/",
            "CAMUNDA_AUTH_ENABLED": "true",
            "CAMUNDA_AUTH_USERNAME": "demo",
            "CAMUNDA_AUTH_PASSWORD": password,
            "WAITING_APPLICATION_TOKEN": "of-the-events",
            "LEDGER_URL": url,
        },
    )


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql+psycopg://u:of%40the-ledger@host/db", {"of@the-ledger"}),
        ("postgresql+psycopg://u:of?the-ledger@host/db", {"of?the-ledger"}),
        ("postgresql+psycopg:///db?password=of-the%20ledger&sslmode=require", {"of-the ledger"}),
        ("postgresql+psycopg://u:first1@h/db?sslpassword=of-the-key", {"first1", "of-the-key"}),
        ("sqlite:///worker.db", set()),
    ],
)
def test_every_secret_of_the_settings_is_known(url: str, found: set[str]) -> None:
    expected = {"0f-the-portal", "of-the-engine", "of-the-events"} | found
    assert {secret for _, secret in secrets_of(settings(url))} == expected
    keep_secrets_of(settings(url))
    shown = hide(" ".join(sorted(expected)))
    assert set(shown.split()) == {secrecy.HIDDEN}


PARTS = [((group, *path), field) for group, model in GROUPS.items() for path, field in parts_of(model)]
DECLARED = [path for path, field in PARTS if "SecretStr" in str(field.annotation)]


def changed(whole: Any, path: Sequence[str]) -> Any:
    first, *rest = path
    return whole.model_copy(
        update={first: changed(getattr(whole, first), rest) if rest else SecretStr("of-this-setting")}
    )


@pytest.mark.parametrize("path", DECLARED, ids=".".join)
def test_whatever_is_declared_a_secret_is_hidden(path: Sequence[str]) -> None:
    assert (".".join(path), "of-this-setting") in set(secrets_of(changed(settings(), path)))


def test_a_setting_that_is_called_like_a_secret_is_declared_as_one() -> None:
    places = re.compile("_(file|url)$")
    called_so = {
        path
        for path, _ in PARTS
        if re.search("password|token|secret|credential", path[-1]) and not places.search(path[-1])
    }
    assert called_so == set(DECLARED)


def test_a_secret_too_short_to_be_hidden_is_warned_of() -> None:
    [warning] = settings(password="demo").warnings
    assert warning.path == "camunda.auth_password"
    assert "demo" not in warning.phrase.en
    assert settings().warnings == ()


OWN_WORDS = ("worker", "CAMUNDA", "bitrix", "postgres", "password", "пароль", "Bitrix24", "process", "runbook", PROGRAM)
METRICS = re.findall(r"\bbitrix_worker_\w+|\b(?:counter|gauge|histogram)\b", document("metrics", "en"))
SPEECH = [
    *TEXTS,
    *METRICS,
    *(".".join(path) for path, _ in PARTS),
    *(words for text in TEXTS.values() for words in (text.ru, text.en)),
    *(document(page, language) for page in ("metrics", "json", "runbook") for language in LANGUAGES),
]
"""What the program says of its own accord."""


@pytest.mark.parametrize("url", [False, True])
@pytest.mark.parametrize("word", OWN_WORDS)
def test_a_secret_that_is_a_word_of_the_program_spoils_nothing_it_says(word: str, url: bool) -> None:
    one = settings(f"postgresql+psycopg://u:{quote(word)}@h/db") if url else settings(password=word)
    without = {text: hide(text) for text in SPEECH}
    keep_secrets_of(one)
    assert [text for text in SPEECH if hide(text) != without[text]] == []
    [warning] = one.warnings
    assert warning.path == ("ledger.url" if url else "camunda.auth_password")
    assert word not in warning.phrase.en


@pytest.mark.parametrize("word", OWN_WORDS)
def test_such_a_secret_is_hidden_where_it_is_sent(word: str) -> None:
    keep_secrets_of(settings(password=word))
    header = base64.b64encode(f"demo:{word}".encode()).decode().strip("=")
    for sent in (header, f":{word}@", f":{quote(word)}@", f"client_secret={quote_plus(word)}", f"password={word}"):
        assert hide(f"refused: {sent} and more") == "refused: *** and more"


def test_each_name_of_the_program_consists_of_its_own_words() -> None:
    names = [*TEXTS, *METRICS, *(".".join(path) for path, _ in PARTS)]
    parts = {part for name in names for part in (name, *re.split(r"[._]", name)) if len(part) >= secrecy.SHORTEST}
    assert [part for part in parts if not is_own(part)] == []


@pytest.mark.parametrize("secret", ["k3yofthep0rtal99", "hunter2x", "Sup3rS3cretPassword!2", "worker!", "xk-qzvwp"])
def test_no_other_secret_is_taken_for_a_word(secret: str) -> None:
    one = settings(password=secret)
    assert one.warnings == ()
    keep_secrets_of(one)
    assert hide(f"the password is {secret}, they say") == "the password is ***, they say"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://user:secret@host:5432/base", "postgresql+psycopg://***@host:5432/base"),
        ("postgresql+psycopg://user:sec@ret@host:5432/base", "postgresql+psycopg://***@host:5432/base"),
        ("postgresql+psycopg://user:s@cr/t@host:5432/base", "postgresql+psycopg://***@host:5432/base"),
        ("postgresql+psycopg://user:sec?ret@host:5432/base", "postgresql+psycopg://***"),
        ("postgresql+psycopg://host/base?password=sec@ret", "postgresql+psycopg://***"),
        ("postgresql+psycopg:///base?password=secret", "postgresql+psycopg:///base?***"),
        ("postgresql+psycopg://host/base?sslpassword=secret&sslmode=require", "postgresql+psycopg://host/base?***"),
        ("sqlite:///worker.db", "sqlite:///worker.db"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_address(url) == shown


def test_what_a_peer_echoes_reaches_neither_error_nor_ledger() -> None:
    keep(["of-the-engine", "0f-the-portal"], [("demo", "of-the-engine")])
    header = base64.b64encode(b"demo:of-the-engine").decode()
    assert str(EngineError("fetch", f"Basic {header} denied")) == "fetch: Basic *** denied"
    assert words("no such code: 0f-the-portal") == "no such code: ***"
    webhook = WebhookUrl.parse("https://portal.example/rest/1/0f-the-portal/")
    assert webhook.hide("Basic of-the-engine") == "Basic ***"


def test_nothing_else_scrubs() -> None:
    """One function on every way out: whoever scrubs webhooks alone forgets the other secrets."""
    root = Path(__file__).parents[2]
    for path in (*root.glob("worker/**/*.py"), *root.glob("bitrix/**/*.py")):
        if path.name != "secrecy.py":
            assert "scrub" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("before", range(60))
def test_what_is_cut_shows_no_part_of_a_secret(before: int) -> None:
    """Cut first, a secret would pass as something else."""
    keep([SECRET])
    text = "a" * before + SECRET + " and more" * 9
    for shown in (shortened(text, 60), one_line(text, 60)):
        assert len(shown) <= 60
        assert not [SECRET[:n] for n in range(3, len(SECRET)) if shown.rstrip("…").endswith(SECRET[:n])]
        assert SECRET not in shown


def said_by(body: bytes, status: int = 500) -> str:
    answer = requests.Response()
    answer.status_code, answer._content = status, body
    return str(error_of("complete", status, json_object(answer), said(answer)))


def logged(text: str, format: Literal["console", "json"]) -> str:  # noqa: A002 - the setting's own name
    stream = io.StringIO()
    telemetry = Telemetry.build("debug", "en", format, stream)
    telemetry.emit("fetch.paused", side="engine", reason=text, outlook="passes", seconds=1)
    telemetry.close()
    return stream.getvalue()


WAYS_OUT: dict[str, tuple[int, Callable[[str], str]]] = {
    "console": (LONGEST_VALUE, lambda text: logged(text, "console")),
    "json": (LONGEST_VALUE, lambda text: logged(text, "json")),
    "an engine's page": (LONGEST_SAID, lambda text: said_by(text.encode())),
    "an engine's refusal": (LONGEST_SAID, lambda text: said_by(text.encode(), 403)),
    "an engine's message": (LONGEST_MESSAGE, lambda text: said_by(json.dumps({"message": text}).encode())),
    "a portal's page": (LONGEST_WORDS, lambda text: str(page_of(text))),
}


def page_of(text: str) -> Exception:
    answer = requests.Response()
    answer.status_code, answer._content = 500, ("<p><br>" * 240 + text[1680:]).encode()
    with pytest.raises(Doubtful) as caught:
        client._read("profile", answer, hide)
    return caught.value


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("cut_off", range(1, 18, 2))
def test_no_way_out_cuts_a_secret_before_it_is_hidden(way: str, cut_off: int) -> None:
    keep([secret := "Sup3rS3cretPassword!2"])
    longest, shown = WAYS_OUT[way]
    told = shown("x" * (longest - len(secret) + cut_off - 1) + " " + secret + " more" * 20)
    assert secret[:6] not in told
