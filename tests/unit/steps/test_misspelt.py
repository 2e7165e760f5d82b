"""An incident for what a task lacks names what the model says under a misspelt name, with the right one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.mapping.test_mapping import Bitrix
from tests.unit.steps.test_faults import Source
from worker.config.settings import TopicSettings
from worker.mapping.faults import REPEATED, MappingFault
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, PortalTask
from worker.steps.definitions import Definitions
from worker.steps.faults import StepFaults

MODEL = """<definitions><process id="order">
<startEvent id="start"><extensionElements><formData>{fields}</formData></extensionElements></startEvent>
<subProcess id="Sub"><extensionElements><inputOutput>{around}</inputOutput></extensionElements>
<serviceTask id="Task_Create"><extensionElements><properties>{properties}</properties>
<inputOutput>{inputs}</inputOutput></extensionElements>{loop}</serviceTask></subProcess></process></definitions>"""
START = "The model has names that the worker does not read ("


def mapper_of(xml: str | None, topic: TopicSettings, responsible: int | None = None) -> Mapper:
    topics = {fetched().topic: topic}
    faults = StepFaults(topics, Definitions(Source(xml), Events()))
    bitrix = Bitrix(default_responsible_id=responsible)
    return Mapper(topics, bitrix, portal_task_url=lambda *_: "", language="en", misspelt=faults.misspelt)


def model(
    inputs: tuple[str, ...] = (),
    properties: tuple[str, ...] = (),
    fields: tuple[str, ...] = (),
    around: str = "",
    element: str = "",
) -> str:
    parameter = '<inputParameter name="{}">106</inputParameter>'
    return MODEL.format(
        inputs="".join(map(parameter.format, inputs)),
        around=parameter.format(around) if around else "",
        loop=f'<multiInstanceLoopCharacteristics elementVariable="{element}"/>' if element else "",
        properties="".join(f'<property name="{name}" value="106"/>' for name in properties),
        fields="".join(f'<formField id="{name}"/>' for name in fields),
    )


def task(**variables: Any) -> FetchedTask:
    return fetched(process_definition_id="order:1:a", variables=variables)


def said(xml: str | None, **topic: Any) -> str:
    with pytest.raises(MappingFault) as caught:
        mapper_of(xml, TopicSettings(**topic)).draft(task())
    return str(caught.value)


@pytest.mark.parametrize(
    ("xml", "names"),
    [
        (model(inputs=("responsibleID",)), "responsibleID → responsibleId?"),
        (model(inputs=("Responsible_id", "titel")), "Responsible_id → responsibleId?, titel → title?"),
        (model(inputs=("rеsponsibleId",)), "rеsponsibleId → responsibleId (in Latin letters, the name has Cyrillic"),
        (model(properties=("responsibleId",)), "responsibleId (make it an input parameter of the step)"),
        (model(properties=("responsable_id",)), "responsable_id → responsibleId? (make it an input parameter of the"),
        (model(fields=("responsibleID",)), "responsibleID → responsibleId?"),
        (model(around="responsibelId"), "Sub: responsibelId → responsibleId?"),
        (model(element="boss"), "boss (pass the element on in an input parameter: responsibleId = ${boss})"),
        (model(element="ResponsibleId"), "ResponsibleId → responsibleId? (pass the element on"),
    ],
)
def test_a_task_without_a_responsible_person_names_the_near_miss(xml: str, names: str) -> None:
    text = said(xml)
    assert "there is no responsible person" in text
    assert f"{START}{names}" in text
    assert text.endswith(f"Correct them in the model. {REPEATED.en}")


def test_an_element_variable_is_named_once() -> None:
    assert said(model(element="ResponsibleId")).count("ResponsibleId → responsibleId") == 1


def test_a_template_without_its_variable_names_the_near_miss_at_the_create_and_at_the_end() -> None:
    xml = model(inputs=("amuont",))
    assert f"{START}amuont → amount?" in said(xml, task={"description": "{{ amount }}", "responsible_id": 1})
    ending = mapper_of(xml, TopicSettings(result={"sum": "{{ amount }}"}), responsible=1)
    with pytest.raises(MappingFault, match="amuont → amount"):
        ending.result(task(), PortalTask(7, "https://p/7"))


@pytest.mark.parametrize("xml", [model(inputs=("office",)), model(fields=("office", "amount")), None])
def test_where_nothing_is_near_or_the_model_is_unread_the_fault_stays_as_it_is(xml: str | None) -> None:
    assert START not in said(xml)


def test_a_step_that_began_before_its_model_was_corrected_is_told_so() -> None:
    xml = model(inputs=("responsibleId", "tags"))
    with pytest.raises(MappingFault) as caught:
        mapper_of(xml, TopicSettings()).draft(task(responsableId=106, tags=None))
    text = str(caught.value)
    assert "The model has the input parameter responsibleId by now, but this step began without it" in text
    assert text.endswith(f"Set the step's local variable, or begin the step anew. {REPEATED.en}")
    mapper_of(xml, TopicSettings()).draft(task(responsibleId=106))


def test_a_fault_of_a_value_has_no_hint() -> None:
    with pytest.raises(MappingFault) as caught:
        mapper_of(model(inputs=("titel",)), TopicSettings()).draft(task(responsibleId=1, deadline="soon"))
    assert START not in str(caught.value)
