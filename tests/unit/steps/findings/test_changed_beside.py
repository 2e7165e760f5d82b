"""A variable of the process that a parallel branch changes before the worker has read it for a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import all_found
from tests.unit.steps.findings.test_numbers_of_others import BRANCHES, FORK, process, step

OUTPUT = "<outputParameter name='responsibleId'>8</outputParameter>"
OWN = "<inputParameter name='responsibleId'>${responsibleA}</inputParameter>"
SCRIPTS = {
    "result": '<scriptTask id="{0}" resultVariable="responsibleId"><script>8</script></scriptTask>',
    "call": '<scriptTask id="{0}" scriptFormat="groovy"><script>execution.setVariable(\'responsibleId\', 8)</script>'
    "</scriptTask>",
    "service": '<serviceTask id="{0}" expression="${{execution.setVariable(\'responsibleId\', 8)}}"/>',
    "form": '<userTask id="{0}"><extensionElements><formData><formField id="responsibleId"/></formData>'
    "</extensionElements></userTask>",
}
BY_TEMPLATE = 'topics: {bitrix_create_task: {task: {description: "{{ responsibleId }}", responsible_id: "7"}}}'


def told(xml: str, folder: Path, *, of: str = "SubA", config: str = "") -> list[str]:
    return [one.seen.en for one in all_found(xml, folder, config, of=of) if one.kind == "changed_beside"]


def branches(setter: str, own: str = "") -> str:
    ways = [way.replace(">B>", ">X>") for way in BRANCHES]
    return process([*FORK, step("A"), step("SubA", own), setter, step("SubB")], *ways)


@pytest.mark.parametrize("setter", [step("X", OUTPUT), *(one.format("X") for one in SCRIPTS.values())])
@pytest.mark.parametrize("config", ["", BY_TEMPLATE])
def test_whatever_sets_it_in_another_branch_is_told(setter: str, config: str, tmp_path: Path) -> None:
    [seen] = told(branches(setter), tmp_path, config=config)
    assert seen.startswith(
        "the worker reads responsibleId from the process when it takes the step, and X in a parallel"
    )


def test_so_is_what_an_answer_or_the_number_of_a_task_gives_there(tmp_path: Path) -> None:
    config = 'topics: {bitrix_create_task: {task: {parent_id: "{{ bitrixTaskId }}"}}}'
    [seen] = told(branches(step("X")), tmp_path, config=config)
    assert "reads bitrixTaskId from the process" in seen
    assert "and SubB, X in a parallel branch" in seen


@pytest.mark.parametrize(("parameter", "count"), [("responsibleId", 0), ("another", 1)])
def test_what_a_sub_process_keeps_to_itself_is_not_told(parameter: str, count: int, tmp_path: Path) -> None:
    own = f"<extensionElements><inputOutput><inputParameter name='{parameter}'>7</inputParameter></inputOutput>"
    inside = f'<subProcess id="X">{own}</extensionElements>{step("inner", OUTPUT)}</subProcess>'
    assert len(told(branches(inside), tmp_path)) == count


@pytest.mark.parametrize(
    "xml",
    [
        branches(step("X", OUTPUT), OWN),
        branches(step("X", OUTPUT.replace("responsibleId", "responsibleB"))),
        process([*FORK, step("A"), step("X", OUTPUT), step("SubA")], "s>X>A>SubA>e"),
        process(
            [*FORK, step("A"), step("B"), step("X", OUTPUT), step("SubA")], "s>fork>A>join>SubA>X>e", "fork>B>join"
        ),
    ],
)
def test_what_no_other_branch_changes_is_not_told(xml: str, tmp_path: Path) -> None:
    assert told(xml, tmp_path) == []
