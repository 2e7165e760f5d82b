"""`check` tells whether the portal's templates are read, whether they could be, and by what people are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests_mock

from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.support.portal_templates import template
from tests.unit.commands.check.test_checks import ENGINE, Site
from worker.commands.check.finding import Finding
from worker.commands.check.templates import templates_of_model
from worker.config.loading import load

TOPIC = "bitrix_create_task"
NAME = "task templates of the portal"
RESOLVERS = {"initiator": {"title": "x", "expectedParams": {"startedBy": {"required": True}}}, "dummy": {}}


@pytest.fixture
def site() -> Iterator[Site]:
    with requests_mock.Mocker() as http:
        http.head(requests_mock.ANY)  # by which `check` sees the certificate of a side
        site = Site(http)
        site.portal("imena.camunda.resolvers.list", {"success": True, "data": RESOLVERS})
        yield site


def found(site: Site, name: str = NAME, **environ: str) -> Finding:
    [one] = [finding for finding in site.check(None, **environ) if str(finding.what) == name]
    return one


def test_a_module_whose_templates_are_not_read_is_reported(site: Site) -> None:
    site.absent.clear()
    one = found(site)
    assert (one.good, one.essential) == (False, False)
    assert "bitrix.portal_templates" in one.cure.en


def test_whoever_switched_them_off_is_not_asked_again(site: Site) -> None:
    site.absent.clear()
    assert found(site, BITRIX_PORTAL_TEMPLATES="off").good


def test_without_the_module_nothing_is_missed(site: Site) -> None:
    one = found(site)
    assert one.good
    assert one.seen.en == "off, and the portal does not offer imena.camunda.diagram.responsible.list"


@pytest.mark.parametrize("missing", ["imena.camunda.diagram.responsible.list", "imena.camunda.tasktemplate.get"])
def test_templates_without_a_module_make_no_tasks(site: Site, missing: str) -> None:
    site.absent = {missing}
    one = found(site, BITRIX_PORTAL_TEMPLATES="on")
    assert (one.good, one.essential) == (False, True)
    assert missing in one.seen.en


def test_what_templates_cost_and_the_resolvers_with_what_they_need(site: Site) -> None:
    site.absent.clear()
    one = found(site, BITRIX_PORTAL_TEMPLATES="on")
    assert one.good
    assert "one more call for each task" in one.seen.en
    resolvers = found(site, "resolvers of the portal, with their variables", BITRIX_PORTAL_TEMPLATES="on")
    assert resolvers.seen.en == "initiator (startedBy), dummy"


LIST, ADD = "imena.camunda.task.questionnaire.list", "imena.camunda.task.questionnaire.add"


@pytest.mark.parametrize("missing", [LIST, ADD])
@pytest.mark.parametrize("setting", ["BITRIX_PORTAL_TEMPLATES", "BITRIX_QUESTIONNAIRES"])
def test_questionnaires_without_their_module_keep_steps_waiting(site: Site, missing: str, setting: str) -> None:
    site.absent = {missing}
    one = found(site, "questionnaires of the portal", **{setting: "on"})
    assert (one.good, one.essential) == (False, True)
    assert missing in one.seen.en
    assert "bitrix.questionnaires" in one.cure.en
    site.absent = {"other"}
    assert found(site, "questionnaires of the portal", **{setting: "on"}).good


def test_questionnaires_that_are_off_are_not_checked(site: Site) -> None:
    settings = {"BITRIX_PORTAL_TEMPLATES": "on", "BITRIX_QUESTIONNAIRES": "off"}
    names = {str(finding.what) for finding in site.check(None, **settings)}
    assert "questionnaires of the portal" not in names


def of_model(portal: Portal, **environ: str) -> list[Finding]:
    known = {"CAMUNDA_BASE_URL": ENGINE, "BITRIX_WEBHOOK_URL": portal.webhook_url, **environ}
    return list(templates_of_model(load(None, known), "order", {"a": TOPIC, "b": TOPIC}))


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.content.set_up({})
        portal.content.diagrams.step("order", "a", template())
        yield portal


def test_the_steps_of_a_model_without_a_template_are_named(portal: Portal) -> None:
    [one] = of_model(portal, BITRIX_PORTAL_TEMPLATES="on")
    assert (one.good, one.seen.en) == (True, "2 steps, without a template: b")
    assert of_model(portal) == []


@pytest.mark.parametrize(
    ("method", "said"), [("diagram.responsible.list", "templates of model order"), ("tasktemplate.get", "step a")]
)
def test_a_template_that_cannot_be_read_is_a_fault_of_the_model(portal: Portal, method: str, said: str) -> None:
    portal.faults.add(fault("module_parameter", f"imena.camunda.{method}", times=None))
    bad: list[Any] = [one for one in of_model(portal, BITRIX_PORTAL_TEMPLATES="on") if not one.good]
    assert [one.essential for one in bad] == [True]
    assert said in bad[0].what.en
    assert "Missing required parameter" in bad[0].seen.en
    assert ("bitrix.portal_templates_except: [order]" in bad[0].cure.en) is (said == "templates of model order")


def test_a_process_whose_templates_are_off_is_not_asked_about(portal: Portal) -> None:
    [one] = of_model(portal, BITRIX_PORTAL_TEMPLATES="on", BITRIX_PORTAL_TEMPLATES_EXCEPT="other, or*")
    assert (one.good, "or*" in one.seen.en) == (True, True)
    assert portal.requests("imena.camunda.diagram.responsible.list") == []


def test_a_diagram_without_any_row_is_told_with_its_cure(portal: Portal) -> None:
    portal.content.diagrams.remove("order", "a")
    [one] = of_model(portal, BITRIX_PORTAL_TEMPLATES="on")
    assert (one.good, one.essential) == (False, False)
    assert "bitrix.portal_templates_except: [order]" in one.cure.en


def test_what_is_excepted_is_shown(site: Site) -> None:
    site.absent.clear()
    site.http.get(f"{ENGINE}/process-definition/count", json={"count": 1})
    one = found(site, BITRIX_PORTAL_TEMPLATES="on", BITRIX_PORTAL_TEMPLATES_EXCEPT="Old_*")
    assert one.seen.en.endswith("except for Old_*")
