from __future__ import annotations

import copy
import json
import pickle
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given, strategies as st

from bitrix.address import AddressFault
from bitrix.secrecy import scrub
from bitrix.webhook import WebhookError, WebhookUrl
from worker.words.addresses import wrong_webhook

SECRET = "k3yofthep0rtal99"
ADDRESS = f"https://portal.example/rest/7/{SECRET}"


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS + "/", f" {ADDRESS}/ \n"])
def test_the_address_is_read_with_or_without_a_slash_at_its_end(text: str) -> None:
    webhook = WebhookUrl.parse(text)
    assert (webhook.portal, webhook.owner_id) == ("https://portal.example", 7)
    assert webhook.method_url("profile") == f"{ADDRESS}/profile"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.0.0.1:8080"])
def test_plain_http_is_for_this_machine_only(host: str) -> None:
    assert WebhookUrl.parse(f"http://{host}/rest/1/{SECRET}/").portal == f"http://{host}"
    with pytest.raises(WebhookError) as caught:
        WebhookUrl.parse(f"http://portal.example/rest/1/{SECRET}/")
    assert caught.value.fault is AddressFault.PLAIN_HTTP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        f"portal.example/rest/7/{SECRET}/",
        f"ftp://portal.example/rest/7/{SECRET}/",
        f"https:///rest/7/{SECRET}/",
        f"https://portal.example:{SECRET}/rest/7/{SECRET}/",
        f"https://[::1/rest/7/{SECRET}/",
        "https://portal.example",
        "https://portal.example/rest/",
        "https://portal.example/rest/7/",
        f"https://portal.example/rest/0/{SECRET}/",
        f"https://portal.example/rest/{SECRET}/",
        f"https://portal.example/rest/admin/{SECRET}/",
        f"https://portal.example/rest7/{SECRET}/",
        f"https://portal.example/other/rest/7/{SECRET}/",
        f"https://portal.example/rest/7{SECRET}/",
        f"{ADDRESS}/profile",
        f"{ADDRESS}/profile.json",
        f"{ADDRESS}/tasks.task.add.json",
        f"{ADDRESS}/?auth=1",
        f"{ADDRESS}#fragment",
        f"https://portal.example/rest/7/{SECRET[:5]} {SECRET[5:]}/",
        f"https://user:{SECRET}@portal.example/rest/7/{SECRET}/",
        f"https://user@portal.example/rest/7/{SECRET}/",
    ],
)
def test_anything_else_is_refused_without_quoting_the_secret(text: str) -> None:
    with pytest.raises(WebhookError) as caught:
        WebhookUrl.parse(text)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", AddressFault.OTHER_PATH),
        ("/company/personal/user/7/", AddressFault.OTHER_PATH),
        (f"/REST/7/{SECRET}/", AddressFault.OTHER_PATH),
        (f"//rest/7/{SECRET}/", AddressFault.OTHER_PATH),
        (f"/sub/rest/7/{SECRET}/", AddressFault.SUB_PATH),
        ("/rest/", AddressFault.NO_OWNER),
        (f"/rest/{SECRET}/", AddressFault.NO_OWNER),
        *(
            (f"/rest/{owner}/{SECRET}/", AddressFault.NO_OWNER)
            for owner in ("0", "-1", "a", "", "１", "7" * 5000, "0" * 5000 + "7")
        ),
        (f"/rest/2147483648/{SECRET}/", AddressFault.NO_OWNER),
        ("/rest/7/", AddressFault.NO_CODE),
        ("/rest/7//", AddressFault.NO_CODE),
        ("/rest/api/7/", AddressFault.NO_CODE),
        ("/rest/7/********/", AddressFault.BAD_CODE),
        (f"/rest/7/{SECRET}%20/", AddressFault.BAD_CODE),
        (f"/rest/7/{SECRET}/profile.json", AddressFault.BEYOND),
        (f"/rest/api/7/{SECRET}/profile/x", AddressFault.BEYOND),
        (f"/rest/7/{SECRET}/?auth=1", AddressFault.QUERY),
    ],
)
def test_each_part_of_a_wrong_path_is_told_as_what_is_wrong_with_it(path: str, fault: AddressFault) -> None:
    with pytest.raises(WebhookError) as caught:
        WebhookUrl.parse(f"https://portal.example{path}")
    assert caught.value.fault is fault
    said = wrong_webhook(fault)
    assert "/rest/" in said.en
    assert SECRET not in said.en + said.ru


def test_a_password_without_a_user_is_refused() -> None:
    with pytest.raises(WebhookError):
        WebhookUrl.parse(f"https://:password@portal.example/rest/7/{SECRET}/")


@pytest.mark.parametrize("host", ["por tal.example", "portal..example", "portal.example\\x", ".example"])
def test_a_host_that_cannot_be_one_is_refused(host: str) -> None:
    with pytest.raises(WebhookError):
        WebhookUrl.parse(f"https://{host}/rest/7/{SECRET}/")


@given(st.text())
def test_any_text_is_an_address_or_a_webhook_error(text: str) -> None:
    try:
        webhook = WebhookUrl.parse(text)
    except WebhookError:
        return
    assert webhook.method_url("profile").startswith("http")


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        "{}".format,
        "{!s:>80}".format,
        "{!r}".format,
        lambda webhook: f"{[webhook]}",
        lambda webhook: json.dumps({"webhook": webhook}, default=str),
    ],
)
def test_an_address_shown_hides_its_secret(show: Callable[[object], str]) -> None:
    assert SECRET not in show(WebhookUrl.parse(ADDRESS))


def test_json_has_no_way_into_an_address() -> None:
    with pytest.raises(TypeError):
        json.dumps(WebhookUrl.parse(ADDRESS))


def test_an_address_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(WebhookUrl.parse(ADDRESS))


def test_an_address_copied_is_the_same_address() -> None:
    webhook = WebhookUrl.parse(ADDRESS)
    assert copy.deepcopy({"webhook": webhook}) == {"webhook": webhook}


def test_the_task_page_is_the_owners_unless_another_user_is_named() -> None:
    webhook = WebhookUrl.parse(ADDRESS)
    assert webhook.task_url(5) == "https://portal.example/company/personal/user/7/tasks/task/view/5/"
    assert webhook.task_url(5, 9) == "https://portal.example/company/personal/user/9/tasks/task/view/5/"
    assert SECRET not in webhook.task_url(5)


def _plain(text: str) -> str:
    return text


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _quoted_in_lower_case(text: str) -> str:
    return _quoted(text).replace("%2F", "%2f")


def _quoted_twice(text: str) -> str:
    return _quoted(_quoted(text))


def _in_json(text: str) -> str:
    return json.dumps({"url": text})


def _in_json_by_php(text: str) -> str:
    return _in_json(text).replace("/", "\\/")


def _in_json_in_json(text: str) -> str:
    return json.dumps(_in_json_by_php(text))


def _in_html(text: str) -> str:
    return f'<a href="{text}">'


def _path_only(text: str) -> str:
    return text.removeprefix("https://portal.example/")


ENCODINGS = [
    _plain,
    repr,
    _quoted,
    _quoted_in_lower_case,
    _quoted_twice,
    _in_json,
    _in_json_by_php,
    _in_json_in_json,
    _in_html,
    _path_only,
    str.upper,
]


@pytest.mark.parametrize("encode", ENCODINGS)
def test_the_secret_is_scrubbed_in_every_encoding(encode: Callable[[str], str]) -> None:
    for address in (ADDRESS, f"https://portal.example/rest/api/7/{SECRET}"):
        for tail in ("", "/", "/tasks.task.add.json", "?auth=1"):
            shown = scrub(f"before {encode(address + tail)} after")
            assert SECRET not in shown.lower()
            assert shown.startswith("before ")
            assert shown.endswith(" after")


def test_every_secret_in_a_text_is_scrubbed() -> None:
    shown = scrub(f"{ADDRESS}/profile moved to https://other.example/rest/1/an0ther/profile")
    assert shown == "https://portal.example/rest/***/profile moved to https://other.example/rest/***/profile"


@given(st.text(min_size=1))
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


@given(before=st.text(), code=st.from_regex(r"[a-z0-9]{8,32}", fullmatch=True), after=st.text())
def test_no_text_around_it_saves_the_secret(before: str, code: str, after: str) -> None:
    assume(code not in before + after)
    assert code not in scrub(f"{before}https://portal.example/rest/7/{code}/{after}")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8))
def test_whatever_is_accepted_as_a_secret_is_scrubbed_whole(code: str) -> None:
    try:
        webhook = WebhookUrl.parse(f"https://portal.example/rest/7/{code}/")
    except WebhookError:
        return
    assert scrub(webhook.method_url("m")) == "https://portal.example/rest/***/m"
