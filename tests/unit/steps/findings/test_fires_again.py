"""Conditional events that end nothing: the engine fires them at each change of a variable while they are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, all_found

FLOWS = ("s A", "A B", "B e")
EVENT = "<conditionalEventDefinition{heeded}><condition>${{{condition}}}</condition></conditionalEventDefinition>"
BESIDE = (
    '<subProcess id="sub" triggeredByEvent="true"><startEvent id="ev" isInterrupting="{ends}">{event}</startEvent>'
    '{step}<sequenceFlow id="f" sourceRef="ev" targetRef="C"/></subProcess>'
)
AT_B = (
    '<boundaryEvent id="ev" attachedToRef="B" cancelActivity="{ends}">{event}</boundaryEvent>{step}'
    '<sequenceFlow id="f" sourceRef="ev" targetRef="C"/>'
)
LINKS = (
    '<intermediateThrowEvent id="there"><linkEventDefinition name="l"/></intermediateThrowEvent>'
    '<intermediateCatchEvent id="here"><linkEventDefinition name="l"/></intermediateCatchEvent>'
)
PLAIN, ASKING, OTHER = OURS.format(id="C", asks="", more=""), OURS.format(id="C", asks=ASKS, more=""), '<task id="C"/>'


@pytest.mark.parametrize(
    ("drawn", "ends", "heeded", "condition", "step", "said"),
    [
        (BESIDE, "false", "", "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", "", "A == 'no'", ASKING, ["C"]),
        (AT_B, "false", "", "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", ' variableName="bitrixTaskId"', "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", ' variableEvents="create, update"', "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", ' variableEvents="create"', "A == 'no'", PLAIN, []),
        (BESIDE, "false", ' variableName="A"', "A == 'no'", PLAIN, []),
        (BESIDE, "true", "", "A == 'no'", PLAIN, []),
        (BESIDE, "false", "", "A == 'no'", OTHER, []),
        (BESIDE, "false", "", "A == 'no' and C == null", ASKING, []),
        (AT_B, "true", "", "A == 'no'", PLAIN, []),
    ],
)
def test_one_whose_steps_set_what_starts_it_is_told(
    drawn: str, ends: str, heeded: str, condition: str, step: str, said: list[str], tmp_path: Path
) -> None:
    event = EVENT.format(heeded=heeded, condition=condition)
    found = all_found(model(*FLOWS, more=drawn.format(ends=ends, event=event, step=step)), tmp_path)
    told = [one for one in found if one.kind == "fires_again"]
    assert [one.at for one in told] == ["ev"] * len(said)
    for one, variable in zip(told, said, strict=True):
        assert f"(C) set {variable}," in one.seen.en
        assert condition.replace("A", "Task_Create") in one.seen.ru


@pytest.mark.parametrize(
    ("heeded", "condition", "said"),
    [
        ("task_create", "A == 'no'", [("task_create", "Task_Create")]),
        ("Task_Craete", "A == 'no'", [("Task_Craete", "Task_Create")]),
        ("Task_Create", "A == 'no'", []),
        ("order", "A == 'no'", [("order", "Task_Create")]),
        ("order", "A == 'no' and x == 1", [("order", "Task_Create")]),
        ("X", "x == 1", []),
        ("x", "x == 1 and A == 'no'", []),
    ],
)
def test_a_misspelt_variable_whose_changes_an_event_heeds_is_told(
    heeded: str, condition: str, said: list[tuple[str, str]], tmp_path: Path
) -> None:
    event = EVENT.format(heeded=f' variableName="{heeded}"', condition=condition)
    xml = model(*FLOWS, more=BESIDE.format(ends="true", event=event, step=OTHER))
    told = [one for one in all_found(xml, tmp_path, "") if one.kind == "heeded_in_vain"]
    assert len(told) == len(said)
    for one, (name, meant) in zip(told, said, strict=True):
        assert f"the variable {name} (variableName)" in one.seen.en
        assert f"write {meant}" in one.cure.en


def test_of_an_unknown_variable_nothing_is_told_where_people_may_bring_it(tmp_path: Path) -> None:
    event = EVENT.format(heeded=' variableName="order"', condition="A == 'no'")
    xml = model(*FLOWS, more=BESIDE.format(ends="true", event=event, step='<userTask id="C"/>'))
    assert not [one for one in all_found(xml, tmp_path, "") if one.kind == "heeded_in_vain"]


@pytest.mark.parametrize(
    ("changes", "flows", "outputs", "told"),
    [
        ("update", FLOWS, "", True),
        ("delete,update", FLOWS, "", True),
        ("create", FLOWS, "", False),
        ("update, create", FLOWS, "", False),
        ("", FLOWS, "", False),
        ("update", ("s A", "A xg", "xg B ? A == 'ok'", "xg A *", "B e"), "", False),
        ("update", ("s A", "A xg", "xg B ? A == 'ok'", "xg there *", "here A", "B e"), "", False),
        ("update", ("s A", "A B", "B e2"), "", False),
        ("update", FLOWS, '<outputParameter name="Task_Create">x</outputParameter>', False),
    ],
    ids=["update", "both", "create", "all", "not said", "loop", "loop by links", "at a later step", "set before"],
)
def test_an_event_that_does_not_heed_the_only_value_is_told(
    changes: str, flows: tuple[str, ...], outputs: str, told: bool, tmp_path: Path
) -> None:
    event = EVENT.format(heeded=f' variableName="Task_Create" variableEvents="{changes}"', condition="A == 'no'")
    drawn = AT_B if flows == ("s A", "A B", "B e2") else BESIDE
    more = drawn.format(ends="true", event=event, step=OTHER) + (LINKS if "here A" in flows else "")
    found = all_found(model(*flows, more=more, outputs=outputs), tmp_path)
    seen = [one.seen.en for one in found if one.kind == "heeded_too_late"]
    assert [f"(variableEvents: {', '.join(sorted(changes.split(',')))})" in one for one in seen] == [True] * told


AT = (
    '<boundaryEvent id="ev" attachedToRef="{at}" cancelActivity="{ends}"><conditionalEventDefinition '
    'variableName="Task_Create" variableEvents="update"><condition>${{{condition}}}</condition>'
    '</conditionalEventDefinition></boundaryEvent><task id="C"/><sequenceFlow id="f" sourceRef="ev" targetRef="C"/>'
)
FORK = ("s pf", "pf A", "pf B", "A pj", "B pj", "pj e")
BACK = ("s pf", "pf A", "pf xm", "xm B", "B xh", "xh xm ? x > 1", "xh pj *", "A pj", "pj e")


@pytest.mark.parametrize("ends", ["true", "false"])
@pytest.mark.parametrize(
    ("at", "flows", "condition", "told"),
    [
        ("B", FORK, "A == 'no'", True),
        ("B", ("s pf", "pf A", "pf xd", "xd B ? x > 1", "xd pj *", "A pj", "B pj", "pj e"), "A == 'no'", True),
        ("A", FLOWS, "A == 'no'", True),
        ("A", FLOWS, "x > 1 and A == 'no'", True),
        ("B", ("s pf", "pf A", "pf P", "P B", "A pj", "B pj", "pj e"), "A == 'no'", False),
        ("B", BACK, "A == 'no'", False),
        ("B", FORK, "execution.getVariable('A') != 'ok'", False),
        ("B", FORK, "x > 1 or A == 'no'", False),
        ("B", ("s P", "P pf", "pf A", "pf B", "A pj", "B pj", "pj xg", "xg P ? x > 1", "xg e *"), "A == 'no'", False),
        ("B", ("s A", "A pf", "pf B", "pf D", "B pj", "D pj", "pj e"), "A == 'no'", False),
    ],
    ids=[
        "beside",
        "beside, perhaps",
        "itself",
        "and",
        "comes later",
        "comes again",
        "true before",
        "or",
        "loop",
        "behind",
    ],
)
def test_so_is_one_at_a_step_that_begins_before_the_answer(
    at: str, flows: tuple[str, ...], condition: str, told: bool, ends: str, tmp_path: Path
) -> None:
    """Where the flow comes to the step only after the answer, the engine looks at the condition then."""
    found = all_found(model(*flows, more=AT.format(at=at, ends=ends, condition=condition)), tmp_path)
    assert [one.at for one in found if one.kind == "heeded_too_late"] == ["ev"] * told
