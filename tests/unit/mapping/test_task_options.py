"""Switches, times, parameters, CRM records, stage and flow of a task: what is sent, and what the portal makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from sandbox.portal.table import Table
from tests.support.builders import fetched
from tests.support.sources import ROOT
from tests.unit.mapping.test_mapping import TIES, Bitrix, a_mapper, drafted, fault_of
from worker.mapping.faults import MappingFault
from worker.mapping.switches import MOST_SECONDS, PARAMETERS
from worker.mapping.task_fields import FIELDS, Kind

PAGE = ROOT / "docs" / "step-examples.md"
SWITCHES = [field for field in FIELDS if field.kind is Kind.SWITCH]
OWN = {"TITLE", "RESPONSIBLE_ID", "PRIORITY", *TIES}


def options(templates: Mapping[str, Any], **variables: Any) -> dict[str, Any]:
    """The fields of a draft besides those that every task has."""
    return {name: value for name, value in drafted(templates, **variables).items() if name not in OWN}


@pytest.mark.parametrize("field", SWITCHES, ids=lambda field: field.name)
@pytest.mark.parametrize(
    ("said", "sent"),
    [(True, "Y"), ("Y", "Y"), ("true", "Y"), ("да", "Y"), (1, "Y"), (False, "N"), ("N", "N"), ("нет", "N"), (0, "N")],
)
def test_a_switch_is_sent_as_exactly_y_or_n(field: Any, said: object, sent: str) -> None:
    assert options({field.name: said}) == {field.portal_name: sent}
    assert options({field.name: "{{ x }}"}, x=said) == {field.portal_name: sent}


@pytest.mark.parametrize("field", [*SWITCHES, *(one for one in FIELDS if one.kind is Kind.PARAMETER)])
def test_a_switch_that_says_neither_yes_nor_no_is_a_fault(field: Any) -> None:
    fault = fault_of({field.name: "{{ x }}"}, x="maybe")
    assert (fault.field, fault.value) == (field.name, "maybe")
    assert "yes or no" in str(fault)
    assert options({field.name: "{{ x }}"}, x="") == {}


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (28800, 28800),
        ("28800", 28800),
        ("PT8H", 28800),
        (" PT1H30M ", 5400),
        ("PT45S", 45),
        ("8 hours", 28800),
        ("90 минут", 5400),
        ("2 рабочих часа", 7200),
        (MOST_SECONDS, MOST_SECONDS),
    ],
)
def test_an_estimate_is_sent_in_seconds(said: object, sent: int) -> None:
    assert options({"time_estimate": "{{ x }}"}, x=said) == {"TIME_ESTIMATE": sent}


@pytest.mark.parametrize("said", [0, "0", "", None])
def test_no_estimate_is_none(said: object) -> None:
    assert options({"time_estimate": "{{ x }}"}, x=said) == {}


@pytest.mark.parametrize(
    "said",
    [
        "P1D",
        "P1DT2H",
        "1 day",
        "2 рабочих дня",
        "1 месяц",
        "PT",
        "PT0H",
        "8h",
        "8:00",
        -1,
        True,
        1.5,
        MOST_SECONDS + 1,
        [8],
    ],
)
def test_an_estimate_that_may_mean_two_things_is_a_fault(said: object) -> None:
    assert "PT8H" in str(fault_of({"time_estimate": "{{ x }}"}, x=said))


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("deal:10", ["D_10"]),
        ("lead:4, contact:7; company:5", ["L_4", "C_7", "CO_5"]),
        (["сделка: 10", "Лид:4", "Смарт-счёт:3", "smart_invoice:3"], ["D_10", "L_4", "SI_3"]),
        (["smart_process:136:3", "Смарт-процесс : 1042 : 3", "t88_3"], ["T88_3", "T412_3"]),
        ("D_10, d_10, CO_5", ["D_10", "CO_5"]),
        ('["deal:10", "C_5"]', ["D_10", "C_5"]),
        ("", None),
        ([], None),
    ],
)
@pytest.mark.parametrize("field", ["crm", "UF_CRM_TASK", "uf_crm_task"])
def test_crm_records_are_sent_as_the_portal_writes_them(field: str, said: object, sent: Any) -> None:
    assert options({field: "{{ x }}"}, x=said).get("UF_CRM_TASK") == sent


@pytest.mark.parametrize(
    "said",
    [10, "10", "deal", "deal:", "deal:x", "deal:0", "deals:10", "X_10", "D_0", "smart_process:3", "T_3", "a:b:c"],
)
def test_a_crm_record_that_the_portal_would_drop_is_a_fault(said: object) -> None:
    assert "deal:10" in str(fault_of({"crm": ["{{ x }}", "lead:4"]}, x=said))


def test_more_crm_records_than_a_list_may_have_are_a_fault() -> None:
    assert "at most 500" in str(fault_of({"crm": "{{ x }}"}, x=[f"deal:{number}" for number in range(1, 502)]))


def test_parameters_are_sent_together_by_their_codes() -> None:
    said = {"require_result": True, "complete_with_subtasks": "{{ no }}", "dates_from_subtasks": "да"}
    sent = [{"CODE": 1, "VALUE": "Y"}, {"CODE": 2, "VALUE": "N"}, {"CODE": 3, "VALUE": "Y"}]
    assert options(said, no=False) == {"SE_PARAMETER": sent}
    assert {name.lower() for name in PARAMETERS} == {one.name for one in FIELDS if one.kind is Kind.PARAMETER}


def test_what_the_portals_template_decides_goes_before_the_configuration() -> None:
    mapper = a_mapper({"require_result": False, "dates_from_subtasks": True})
    given = {"SE_PARAMETER": [{"CODE": 3, "VALUE": "Y"}]}
    fields = mapper.draft(fetched(), given=given).fields
    assert fields["SE_PARAMETER"] == [{"CODE": 3, "VALUE": "Y"}, {"CODE": 1, "VALUE": "Y"}]
    assert given == {"SE_PARAMETER": [{"CODE": 3, "VALUE": "Y"}]}


@pytest.mark.parametrize("field", ["stage_id", "flow_id"])
def test_a_stage_and_a_flow_are_numbers_or_none(field: str) -> None:
    assert options({field: "{{ x }}"}, x="31")[field.upper()] == 31
    assert options({field: "{{ x }}"}, x=0) == {}
    assert "whole number" in str(fault_of({field: "{{ x }}"}, x="Kanban"))


def test_a_model_sets_what_no_variable_fills_by_the_templates_of_the_page() -> None:
    """As docs/step-examples.md says: each step sets it for its own task, and without it there is none."""
    block = re.search(r"## Fields that no variable fills.*?```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block
    templates = yaml.safe_load(block[1])["topics"]["bitrix_create_task"]["task"]
    said = {"comment": "Hurry", "dependsOn": "106, 107", "startDatePlan": "2026-01-01", "endDatePlan": "2026-01-02"}
    fields = drafted(templates, **said)
    assert (fields["COMMENT"], fields["DEPENDS_ON"]) == ("Hurry", [106, 107])
    assert fields["START_DATE_PLAN"].startswith("2026-01-01")
    assert {"COMMENT", "DEPENDS_ON", "START_DATE_PLAN"}.isdisjoint(drafted(templates))


def test_a_task_of_a_flow_needs_no_responsible_person() -> None:
    nobody = Bitrix(default_responsible_id=None)
    fields = a_mapper({"flow_id": 4}, bitrix=nobody).draft(fetched()).fields
    assert "RESPONSIBLE_ID" not in fields
    with pytest.raises(MappingFault, match="there is no responsible person"):
        a_mapper({"flow_id": "{{ x }}"}, bitrix=nobody).draft(fetched(variables={"x": 0}))


def test_the_person_for_all_tasks_gets_none_of_a_flow() -> None:
    """The flow gives its tasks to people: who is meant for tasks that name nobody would take them away from it."""
    assert "RESPONSIBLE_ID" not in drafted({"flow_id": 4})
    assert drafted({"flow_id": 4}, responsibleId=7)["RESPONSIBLE_ID"] == 7


def test_variables_of_these_names_fill_nothing() -> None:
    """They are new: a process may have a variable `crm` or `flowId` that means something else."""
    variables = {field.name: 1 for field in FIELDS if not field.by_variable} | {"flowId": 1, "stageId": 1, "crm": 1}
    assert drafted(None, **variables).keys() == OWN


def test_the_portal_stores_what_is_sent() -> None:
    said = {field.name: True for field in FIELDS if field.kind in (Kind.SWITCH, Kind.PARAMETER)}
    more = {"time_estimate": "PT8H", "stage_id": 31, "flow_id": 4, "crm": ["deal:10", "smart_process:136:3"]}
    fields = a_mapper(said | more, bitrix=Bitrix(default_responsible_id=None)).draft(fetched()).fields
    portal = Table()
    portal.flows[4] = 42
    portal.add(fields)
    [task] = portal.all()
    assert {task.fields[field.portal_name] for field in SWITCHES} == {"Y"}
    assert task.fields["SE_PARAMETER"] == [{"CODE": code, "VALUE": "Y"} for code in (1, 2, 3)]
    stored = [task.fields[name] for name in ("TIME_ESTIMATE", "STAGE_ID", "FLOW_ID", "RESPONSIBLE_ID")]
    assert stored == ["28800", "31", "4", "42"]
    assert task.fields["UF_CRM_TASK"] == ["D_10", "T88_3"]
