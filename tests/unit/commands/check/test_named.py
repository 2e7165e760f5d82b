"""`check` proves the people and groups that the configuration names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from worker.commands.check.finding import Finding
from worker.commands.check.named import named_checks
from worker.config.loading import load

PORTAL = "https://portal.example/rest/1/verysecretcode"
IVAN = {"ID": "7", "ACTIVE": True, "NAME": "Иван", "LAST_NAME": "Иванов", "EMAIL": "ivan@x.ru"}
GROUPS = (
    {"ID": "12", "NAME": "Продажи", "ACTIVE": "Y", "CLOSED": "N"},
    {"ID": "13", "NAME": "Старый проект", "ACTIVE": "Y", "CLOSED": "Y"},
)
GONE = {"ID": "42", "ACTIVE": False, "NAME": "Мария", "LAST_NAME": "Петрова", "EMAIL": "maria@x.ru"}


class Site:
    """A portal with two people and one group; `scopes` are the webhook's."""

    def __init__(self, http: requests_mock.Mocker) -> None:
        self.scopes = ["task", "user_basic", "sonet_group"]
        self.filters = True
        http.post(f"{PORTAL}/scope", json=lambda *_: {"result": self.scopes})
        http.post(f"{PORTAL}/user.get", json=self._users)
        http.post(f"{PORTAL}/sonet_group.get", json=self._groups)
        self.asked = http.request_history

    def _users(self, request: Any, _: Any) -> Any:
        asked = json.loads(request.body)["FILTER"]
        passes = [
            row
            for row in (IVAN, GONE)
            if not self.filters or all(str(row[key[1:]]) in map(str, values) for key, values in asked.items())
        ]
        return {"result": passes}

    def _groups(self, request: Any, _: Any) -> Any:
        asked = json.loads(request.body)["FILTER"]
        passes = [row for row in GROUPS if not self.filters or asked.items() <= row.items()]
        return {"result": passes}


@pytest.fixture
def site() -> Iterator[Site]:
    with requests_mock.Mocker() as http:
        yield Site(http)


def findings(tmp_path: Path, config: str, **environ: str) -> list[Finding]:
    path = tmp_path / "config.yaml"
    path.write_text(config, encoding="utf-8")
    settings = load(path, {"CAMUNDA_BASE_URL": "http://e", "BITRIX_WEBHOOK_URL": PORTAL} | environ)
    return [check.now() for check in named_checks(BitrixClient(settings.bitrix.webhook_url), settings)]


def test_a_configuration_that_names_nobody_is_not_looked_at(site: Site, tmp_path: Path) -> None:
    assert findings(tmp_path, 'topics: {t: {task: {responsible_id: "{{ r }}", auditors: [], tags: [a]}}}') == []
    assert site.asked == []


def test_all_that_the_configuration_names_is_found(site: Site, tmp_path: Path) -> None:
    task = "{responsible_id: ivan@x.ru, auditors: [7, Иванов Иван], created_by: 7, group_id: Продажи}"
    [finding] = findings(tmp_path, f"topics: {{t: {{task: {task}}}}}", BITRIX_DEFAULT_RESPONSIBLE_ID="7")
    assert finding.good
    assert finding.seen.en == (
        "bitrix.default_responsible_id = 7; topics.t.task.responsible_id = 7; topics.t.task.auditors = [7]; "
        "topics.t.task.created_by = 7; topics.t.task.group_id = 12"
    )
    assert site.asked


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("responsible_id: nobody@x.ru", 'topics.t.task.responsible_id = "nobody@x.ru": the webhook sees no user'),
        ("responsible_id: maria@x.ru", 'topics.t.task.responsible_id = "maria@x.ru (42)": this user is dismissed'),
        ("auditors: Мария Петрова", "topics.t.task.auditors = 42: dismissed"),
        ("created_by: maria@x.ru", "topics.t.task.created_by = 42: dismissed"),
        ("created_by: 42", "topics.t.task.created_by = 42: dismissed"),
        ("accomplices: [7, 9999]", "topics.t.task.accomplices = 9999: the portal does not show"),
        ("group_id: Покупки", 'topics.t.task.group_id = "Покупки": the webhook sees no group of this name'),
        ("group_id: 9999", "topics.t.task.group_id = 9999: the webhook sees no group of this number"),
        ("group_id: 13", "topics.t.task.group_id = 13: this group is archived"),
    ],
)
def test_what_would_be_an_incident_is_found_before(site: Site, tmp_path: Path, task: str, words: str) -> None:
    [finding] = findings(tmp_path, f"topics: {{t: {{task: {{{task}}}}}}}")
    assert (finding.good, finding.essential) == (False, False)
    assert words in finding.seen.en
    assert finding.seen.ru != finding.seen.en
    assert site.asked


def test_a_scope_that_is_missing_is_named(site: Site, tmp_path: Path) -> None:
    site.scopes = ["task", "user_brief"]
    [finding] = findings(tmp_path, "topics: {t: {task: {responsible_id: ivan@x.ru, group_id: Продажи}}}")
    assert "Grant it the scope user_basic" in finding.seen.en
    assert "Grant it the scope sonet_group" in finding.seen.en


def test_a_group_by_number_is_looked_up_and_said_if_it_cannot_be(site: Site, tmp_path: Path) -> None:
    [finding] = findings(tmp_path, "topics: {t: {task: {group_id: 12}}}")
    assert (finding.good, finding.seen.en) == (True, "topics.t.task.group_id = 12")
    site.scopes = ["task"]
    [finding] = findings(tmp_path, "topics: {t: {task: {group_id: 9999}}}")
    assert finding.good
    assert finding.seen.en == "topics.t.task.group_id = 9999 (not looked up: the webhook lacks the scope sonet_group)"
    assert finding.seen.ru != finding.seen.en
    [finding] = findings(tmp_path, "topics: {t: {task: {group_id: 0}}}")
    assert finding.good


def test_a_portal_that_drops_the_filter_is_no_finding_of_nobody(site: Site, tmp_path: Path) -> None:
    site.filters = False
    with pytest.raises(PortalError, match="filter_ignored"):
        findings(tmp_path, "topics: {t: {task: {group_id: 9999}}}")
    with pytest.raises(PortalError, match="filter_ignored"):
        findings(tmp_path, "topics: {t: {task: {responsible_id: maria@x.ru}}}")
