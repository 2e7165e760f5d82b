"""`check` tries Cockpit's address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import requests_mock

from worker.commands.check.cockpit import cockpit_of
from worker.config.settings import CamundaSettings

URL = "http://engine:8080/camunda/app/cockpit/default"
SETTINGS = CamundaSettings(base_url="http://engine:8080/engine-rest", cockpit_url=URL)
PAGES = ("<html><title>Camunda Cockpit</title></html>", "<html><TITLE>Operaton Cockpit</TITLE></html>")


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mock:
        yield mock


@pytest.mark.parametrize("page", PAGES)
def test_a_cockpit_is_known_by_its_page(http: requests_mock.Mocker, page: str) -> None:
    http.get(f"{URL}/", text=page)
    [finding] = cockpit_of(SETTINGS)
    assert (finding.good, finding.line("en")) == (True, f"ok   Cockpit's address: {URL}")


@pytest.mark.parametrize("status", [302, 401, 403])
def test_one_behind_a_login_is_reached_though_not_seen(http: requests_mock.Mocker, status: int) -> None:
    http.get(f"{URL}/", status_code=status)
    [finding] = cockpit_of(SETTINGS)
    assert finding.good
    assert f"asks for a login (HTTP {status})" in finding.line("en")


@pytest.mark.parametrize(("status", "text"), [(200, "<title>Welcome</title>"), (404, "cockpit is not here"), (502, "")])
def test_another_page_is_none(http: requests_mock.Mocker, status: int, text: str) -> None:
    http.get(f"{URL}/", status_code=status, text=text)
    [finding] = cockpit_of(SETTINGS)
    assert (finding.good, finding.essential) == (False, False)
    assert f"HTTP {status}, this is not Cockpit → set camunda.cockpit_url" in finding.line("en")


def test_one_that_cannot_be_reached_is_told_by_its_cause(http: requests_mock.Mocker) -> None:
    http.get(f"{URL}/", exc=requests.ConnectTimeout)
    [finding] = cockpit_of(SETTINGS)
    assert not finding.good
    assert "engine:8080" in finding.line("ru")
    assert "ConnectTimeout" not in finding.line("ru")


def test_without_an_address_nothing_is_asked() -> None:
    assert not [*cockpit_of(SETTINGS.model_copy(update={"cockpit_url": None}))]
