from __future__ import annotations

from typing import Any

import pytest

from tests.support.models import definitions
from worker.steps.bpmn.definition import DefinitionFault, Loop, Scope, Step, steps_in

MODEL = definitions("""
  <bpmn:error id="Error_Rejected" name="Rejected" errorCode="REJECTED"/>
  <bpmn:error id="Error_Any"/>
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:subProcess id="Each" name="Each colleague">
      <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="people"
                                             camunda:elementVariable="person"/>
      <bpmn:serviceTask id="Approve" name="Согласовать" camunda:type="external" camunda:topic="t">
        <bpmn:extensionElements>
          <camunda:inputOutput>
            <camunda:inputParameter name="title">Договор</camunda:inputParameter>
            <camunda:inputParameter name="people"><camunda:list><camunda:value>1</camunda:value></camunda:list>
            </camunda:inputParameter>
            <camunda:outputParameter name="not_an_input">x</camunda:outputParameter>
          </camunda:inputOutput>
          <camunda:properties><camunda:property name="UF_RESULT_EXPECTED" value="1"/></camunda:properties>
        </bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>
        </bpmn:multiInstanceLoopCharacteristics>
      </bpmn:serviceTask>
      <bpmn:boundaryEvent id="caught" attachedToRef="Approve">
        <bpmn:errorEventDefinition errorRef="Error_Rejected"/>
      </bpmn:boundaryEvent>
      <bpmn:serviceTask id="Tell" camunda:type="external" camunda:topic="t"/>
    </bpmn:subProcess>
    <bpmn:serviceTask id="Archive" camunda:type="external" camunda:topic="t">
      <bpmn:standardLoopCharacteristics/>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="timer" attachedToRef="Archive"><bpmn:timerEventDefinition/></bpmn:boundaryEvent>
    <bpmn:boundaryEvent id="named" attachedToRef="Each">
      <bpmn:errorEventDefinition errorRef="BY_ITS_NAME"/>
    </bpmn:boundaryEvent>
    {more}
  </bpmn:process>
""")
EVENT_SUB_PROCESS = """<bpmn:subProcess id="Handler" triggeredByEvent="true">
  <bpmn:startEvent id="on_error"><bpmn:errorEventDefinition {reference}/></bpmn:startEvent>
</bpmn:subProcess>"""


def step(id_: str, more: str = "") -> Step:
    return steps_in(MODEL.format(more=more))[id_]


def test_a_step_tells_its_name_inputs_and_properties_and_nothing_of_its_neighbours() -> None:
    found = step("Approve")
    assert (found.name, found.inputs) == ("Согласовать", ("title", "people"))
    assert found.properties == {"UF_RESULT_EXPECTED": "1"}
    assert (step("Tell").name, step("Tell").inputs, step("Tell").properties) == (None, (), {})


def test_a_step_knows_what_multiplies_it_the_nearest_first() -> None:
    parallel, each = Loop(sequential=False), Loop(sequential=True, element_variable="person")
    assert step("Approve").loops == (("Approve", parallel), ("Each", each))
    assert step("Tell").loops == (("Each", each),)
    assert step("Tell").scopes == (Scope("Each", "subProcess", each, name="Each colleague"), Scope("order", "process"))
    assert step("Archive").loops == (("Archive", Loop(sequential=True, multi=False)),)


def test_errors_are_caught_at_the_step_and_around_it() -> None:
    assert step("Approve").caught == {"REJECTED", "BY_ITS_NAME"}
    assert step("Tell").caught == {"BY_ITS_NAME"}
    assert not step("Tell").catches("REJECTED")
    assert step("Archive").caught == frozenset()  # its timer catches no error


@pytest.mark.parametrize(
    ("reference", "caught"),
    [('errorRef="Error_Rejected"', {"REJECTED"}), ("", {None}), ('errorRef="Error_Any"', {None})],
)
def test_an_event_sub_process_catches_for_what_surrounds_it(reference: str, caught: set[Any]) -> None:
    found = step("Archive", EVENT_SUB_PROCESS.format(reference=reference))
    assert found.caught == caught
    assert found.catches("REJECTED")
    assert found.catches("OTHER") is (None in caught)


def test_extensions_are_known_by_their_names_whatever_engine_they_were_written_for() -> None:
    operaton = MODEL.replace("http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn")
    assert steps_in(operaton.format(more=""))["Approve"].inputs == ("title", "people")


def test_an_event_that_sends_may_be_an_external_task_too() -> None:
    assert step("Notify", '<bpmn:intermediateThrowEvent id="Notify" name="n"/>').name == "n"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "not xml",
        "<a>",
        "<a>\ud800</a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_what_is_no_plain_model_is_a_fault(xml: str) -> None:
    with pytest.raises(DefinitionFault):
        steps_in(xml)


def test_an_enormous_model_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.steps.bpmn.tree.LONGEST_XML", 100)
    with pytest.raises(DefinitionFault):
        steps_in(MODEL.format(more=""))


def test_a_byte_order_mark_is_ignored() -> None:
    assert steps_in("\ufeff" + MODEL.format(more=""))["Tell"].id == "Tell"
