"""Cockpit's address: as people copy it from their browser."""

from __future__ import annotations

import pytest

from worker.config.cockpit import instance_in
from worker.config.loading import load
from worker.words.config_faults import ConfigError

NEEDED = {
    "CAMUNDA_BASE_URL": "http://engine/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/secret/",
}
BASE = "http://engine:8080/camunda/app/cockpit/default"


@pytest.mark.parametrize(
    "said",
    [BASE, f"{BASE}/", f"{BASE}/#/dashboard", f"{BASE}/#/process-instance/1/runtime?tab=x", f"{BASE}/?x=1#/y"],
)
def test_what_the_browser_adds_is_cut(said: str) -> None:
    assert load(None, NEEDED | {"CAMUNDA_COCKPIT_URL": said}).camunda.cockpit_url == BASE


def test_without_one_there_are_no_links() -> None:
    assert load(None, NEEDED).camunda.cockpit_url is None
    assert load(None, NEEDED | {"CAMUNDA_COCKPIT_URL": ""}).camunda.cockpit_url is None


@pytest.mark.parametrize(
    "said",
    [
        "http://engine:8080/engine-rest",
        "engine/camunda/app/cockpit",
        "http://demo:demo@engine/app/cockpit/default",
        "cockpit",
    ],
)
def test_another_address_is_refused(said: str) -> None:
    with pytest.raises(ConfigError, match=r"camunda\.cockpit_url"):
        load(None, NEEDED | {"CAMUNDA_COCKPIT_URL": said})


def test_an_instance_is_named_in_a_form_that_no_address_breaks() -> None:
    assert instance_in(BASE, "a/b?c") == f"{BASE}/#/process-instance/a%2Fb%3Fc/runtime?tab=incidents-tab"
