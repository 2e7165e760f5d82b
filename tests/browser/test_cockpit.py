"""The link into Cockpit, followed in the real Cockpit of the engines. It costs 20 CPU seconds an engine.

So only `make torture` runs it: `COCKPITS` names the engines.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from sandbox.engine.start import Kind, RunningEngine, Wishes
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.browser.conftest import BrowserFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import started
from tests.support.models import definitions

ENGINES: tuple[Kind, ...] = ("camunda", "operaton")
CHOSEN = os.environ.get("COCKPITS", "").split(",")
LOGIN = ("demo", "demo-of-cockpit-7")
TENANT = "north"
CALLER = definitions("""
  <bpmn:process id="{key}_caller" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_call" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}">
      <bpmn:extensionElements>
        <camunda:in businessKey="#{{execution.processBusinessKey}}"/>
        <camunda:in variables="all"/>
      </bpmn:extensionElements>
    </bpmn:callActivity>
  </bpmn:process>
""")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    kind: Kind = request.param
    if kind not in CHOSEN:
        pytest.skip(f"COCKPITS does not name {kind}: make torture does")
    folder: Path = tmp_path_factory.mktemp(f"{kind}-cockpit")
    with started(kind, Wishes(cockpit=LOGIN), folder=folder) as running:
        yield running


def test_the_link_of_an_incident_leads_to_it_in_cockpit_after_the_login(
    engine: RunningEngine, portal: Portal, worker_for: WorkerFor, browser_for: BrowserFor, key: str
) -> None:
    """Of a tenant's step in a process that another one has called: the called instance has the incident."""
    admin, port = Admin(engine.base_url), free_port()
    admin.deploy(sequence(key, {"ours": key}), TENANT)
    admin.deploy(CALLER.format(key=key), TENANT)
    cockpit = engine.base_url.replace("/engine-rest", f"/{engine.kind}/app/cockpit/default")
    worker = worker_for(
        engine.base_url,
        key,
        config=f"topics: {{{key}: {{retries: 1}}}}",
        CAMUNDA_COCKPIT_URL=f"{cockpit}/#/dashboard",
        HTTP_PORT=str(port),
    )
    checked = worker.command("check").stdout
    assert [line for line in checked.splitlines() if "Cockpit" in line] == [f"ok   адрес Cockpit: {cockpit}"]
    caller = admin.start(f"{key}_caller", {"responsibleId": "abc"}, business_key="A-17", tenant_id=TENANT)
    worker.start()
    (incident,) = wait_until(
        lambda: [one for one in admin.get("/incident") if one["id"] == one["rootCauseIncidentId"]], "the incident"
    )
    assert incident["processInstanceId"] != caller
    browser = browser_for()

    def link(driver: Chrome) -> str | None:
        driver.get(f"http://127.0.0.1:{port}/")
        links = driver.find_elements("css selector", f"a[href^='{cockpit}/']")
        return links[0].get_attribute("href") if links else None

    browser.open(browser.until(link, "the link on the page") or "")
    browser.until(lambda driver: driver.find_element("css selector", "input[type=password]"), "the login")
    for field, text in zip(("text", "password"), LOGIN, strict=True):
        browser.driver.find_element("css selector", f"input[type={field}]").send_keys(text)
    browser.click("button[type=submit]")
    browser.until(
        lambda driver: incident["incidentMessage"][:30] in driver.find_element("css selector", "body").text,
        "the incident, without another click",
    )
    shown = browser.text()
    assert incident["processInstanceId"] in shown
    assert "A-17" in shown
    assert TENANT in shown
    browser.complaints()  # Cockpit's own, such as its 401 before the login, are none of ours
