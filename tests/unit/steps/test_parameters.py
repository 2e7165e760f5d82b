"""What is in the way of an answer on its way from the step to the process: as seen on Camunda 7.24 and Operaton."""

from __future__ import annotations

import pytest

from tests.support.builders import fetched
from worker.config.settings import TopicSettings
from worker.steps.bpmn.definition import steps_in
from worker.steps.parameters import Loss, losses, shared_results

MODEL = """<definitions xmlns:c="c"><process id="order">
<serviceTask id="before"/>
<subProcess id="Outer"><extensionElements><inputOutput>{outer}</inputOutput>{outer_more}</extensionElements>{outer_loop}
  <subProcess id="Around"><extensionElements><inputOutput>{around}</inputOutput>{more}</extensionElements>{loop}
    <serviceTask id="Approve" topic="t"><extensionElements><inputOutput>{step}</inputOutput></extensionElements>
    {step_loop}</serviceTask>
    <sequenceFlow id="in"><conditionExpression{how}>{inside}</conditionExpression></sequenceFlow>
  </subProcess>
</subProcess>
<sequenceFlow id="out"><conditionExpression{how}>{outside}</conditionExpression></sequenceFlow>
<callActivity id="call"><extensionElements>{call}</extensionElements></callActivity></process></definitions>"""
PLACES = dict.fromkeys(
    "outer outer_more outer_loop around more loop step step_loop inside outside call how".split(),  # noqa: SIM905
    "",
)
OWN = '<inputParameter name="Approve">x</inputParameter>'
HANDED_ON = '<outputParameter name="Approve">${Approve}</outputParameter>'
CONSTANT = '<outputParameter name="Approve">done</outputParameter>'
READ = "${Approve == 'ok'}"


def loop(element: str = "person", until: str = "", *, sequential: bool = False) -> str:
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" c:elementVariable="{element}">'
        f"<completionCondition>{until}</completionCondition></multiInstanceLoopCharacteristics>"
    )


def in_the_way(name: str = "Approve", **places: str) -> list[tuple[str, str]]:
    step = steps_in(MODEL.format(**PLACES | places))["Approve"]
    found = list(losses(step, {name}))
    assert all(loss == Loss(loss.where, loss.kind, name) for loss in found)
    return [(loss.where, loss.kind) for loss in found]


BY_AROUND = [("Around.inputParameters.Approve", "hidden_by_scope")]
BY_OUTER = [("Outer.inputParameters.Approve", "hidden_by_scope")]


def test_an_answer_with_nothing_in_its_way_is_no_loss() -> None:
    assert in_the_way(outside=READ, inside=READ, around=OWN.replace("Approve", "other"), loop=loop()) == []


@pytest.mark.parametrize("outside", ["", READ])
def test_a_sub_process_with_an_input_of_the_answers_name_swallows_it(outside: str) -> None:
    assert in_the_way(around=OWN, outside=outside) == BY_AROUND
    assert in_the_way(outer=OWN, outside=outside) == BY_OUTER
    assert in_the_way(outer=OWN, around=OWN, outside=outside) == BY_AROUND  # cured there, it is found once more


def test_what_the_step_itself_reads_is_read_by_nobody_behind_it() -> None:
    title = '<inputParameter name="title">${Approve}</inputParameter>'
    assert in_the_way(around=OWN, step=title) == BY_AROUND
    assert in_the_way(around=OWN, step_loop=loop(until=READ)) == []  # its loop asks when an instance has ended


def test_a_variable_of_a_sub_process_that_is_read_in_there_only_is_meant_so() -> None:
    assert in_the_way(around=OWN, inside=READ) == []
    assert in_the_way(around=OWN, inside="Approve == 'ok'", how=' language="groovy"') == []
    assert in_the_way(outer=OWN, inside=READ) == []
    assert in_the_way(around=OWN, inside=READ, outside=READ) == BY_AROUND
    assert in_the_way(around=OWN, inside=READ, outside="Approve", how=' language="groovy"') == BY_AROUND


@pytest.mark.parametrize(
    "reader", ['<in source="Approve" target="x"/>', '<field name="x"><expression>${Approve}</expression></field>']
)
def test_whoever_names_it_outside_reads_it(reader: str) -> None:
    assert in_the_way(around=OWN, inside=READ, call=reader) == BY_AROUND


def test_a_condition_of_the_loop_does_not_see_the_variables_of_an_instance() -> None:
    assert in_the_way(around=OWN, inside=READ, loop=loop(until="${Approve == 'no'}")) == BY_AROUND


@pytest.mark.parametrize(
    ("handed_on", "more"),
    [
        (HANDED_ON, ""),
        ('<outputParameter name="verdict">${Approve}</outputParameter>', ""),
        ("", '<executionListener event="end"><script>Approve</script></executionListener>'),
    ],
)
def test_an_answer_that_a_sub_process_hands_on_is_no_loss(handed_on: str, more: str) -> None:
    assert in_the_way(around=OWN + handed_on, more=more, outside=READ) == []
    assert in_the_way(outer=OWN + handed_on, outer_more=more, outside=READ) == []


def test_an_answer_that_is_handed_on_into_the_next_one_is_lost_there() -> None:
    assert in_the_way(step=OWN + HANDED_ON, around=OWN) == BY_AROUND
    assert in_the_way(around=OWN + HANDED_ON, outer=OWN) == BY_OUTER
    assert in_the_way(around=OWN + HANDED_ON, outer=OWN + HANDED_ON) == []


def test_a_loop_around_swallows_what_bears_the_name_of_its_element() -> None:
    assert in_the_way(loop=loop("Approve"), outside=READ) == [("Around.multiInstance.Approve", "hidden_by_loop")]
    assert in_the_way(outer_loop=loop("Approve")) == [("Outer.multiInstance.Approve", "hidden_by_loop")]
    assert in_the_way(loop=loop("Approve"), inside=READ) == []


@pytest.mark.parametrize("name", ["loopCounter", "nrOfInstances"])
def test_a_variable_of_the_engines_own_loop_is_never_an_answers(name: str) -> None:
    lost = [(f"Around.multiInstance.{name}", "hidden_by_loop")]
    assert in_the_way(name, loop=loop(), inside=f"${{{name}}}") == lost
    assert in_the_way(name) == []


def test_an_output_of_a_sub_process_never_takes_the_place_of_an_answer_that_nobody_has_read() -> None:
    lost = [("Around.outputParameters.Approve", "overwritten")]
    assert in_the_way(around=CONSTANT, outside=READ) == lost
    assert in_the_way(around=CONSTANT, inside=READ) == []
    assert in_the_way(around=HANDED_ON, outside=READ) == []


SHARED = """<definitions xmlns:c="c"><process id="order"><subProcess id="Around">
<extensionElements><inputOutput>{around}</inputOutput></extensionElements>
<multiInstanceLoopCharacteristics isSequential="{sequential}"/>
<serviceTask id="Approve" c:type="external" c:topic="t" {step}/>
<sequenceFlow id="a" sourceRef="Approve" targetRef="{behind}"/><task id="more"/>
<sequenceFlow id="b" sourceRef="more" targetRef="way"/><exclusiveGateway id="way" {gateway}/>
<sequenceFlow id="c" sourceRef="way" targetRef="end"><conditionExpression>{asks}</conditionExpression></sequenceFlow>
</subProcess></process></definitions>"""
NEAR = {"around": "", "sequential": "false", "step": "", "behind": "way", "gateway": "", "asks": READ}


@pytest.mark.parametrize(
    ("model", "shared"),
    [
        ({}, []),
        ({"step": 'c:asyncBefore="true"'}, []),
        ({"step": 'c:asyncAfter="true"'}, ["Approve"]),
        ({"gateway": 'c:asyncBefore="true"'}, ["Approve"]),
        ({"behind": "more"}, ["Approve"]),
        ({"behind": "more", "asks": "${Approve_0 == 'ok'}"}, []),
        ({"behind": "more", "sequential": "true"}, []),
        ({"behind": "more", "around": OWN}, []),
    ],
)
def test_instances_that_read_a_shared_answer_later_are_told(model: dict[str, str], shared: list[str]) -> None:
    step = steps_in(SHARED.format(**NEAR | model))["Approve"]
    assert shared_results(step, TopicSettings(), fetched(activity_id="Approve")) == shared
    assert list(losses(step, {"Approve"})) == []
