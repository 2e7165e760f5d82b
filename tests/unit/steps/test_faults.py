"""What is modelled at a step and would go wrong without a word is refused before its task is made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.waiting.test_conclusions import Bitrix
from worker.config.settings import TopicSettings
from worker.engine.errors import EngineDenied
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, Promise, TaskDraft
from worker.steps.bpmn.definition import steps_in
from worker.steps.definitions import Definitions
from worker.steps.faults import StepFault, StepFaults, clashes_of, faults_of
from worker.words.phrase import unchanged

MODEL = """<definitions xmlns:camunda="c"><process id="order">
<extensionElements><properties>{process}</properties></extensionElements>
<startEvent id="start"><extensionElements><formData><formField id="filled_0"/></formData></extensionElements>
</startEvent>
<serviceTask id="Task_Create"><extensionElements><inputOutput>{parameters}</inputOutput>{more}</extensionElements>{loop}
</serviceTask><serviceTask id="before"><extensionElements><inputOutput><outputParameter name="Task_Create_0">x
</outputParameter></inputOutput></extensionElements></serviceTask></process></definitions>"""
ASKS = {"UF_RESULT_EXPECTED": "true"}
LOOP = (
    '<multiInstanceLoopCharacteristics camunda:elementVariable="{}"><completionCondition>{}</completionCondition>'
    "</multiInstanceLoopCharacteristics>"
)


class Source:
    def __init__(self, xml: str | None) -> None:
        self._xml = xml

    def definition_xml(self, definition_id: str, *, timeout: float) -> str:
        if self._xml is None:
            raise EngineDenied("xml", "HTTP 403")
        return self._xml


def inputs(**given: str) -> str:
    return "".join(f'<inputParameter name="{name}">{text}</inputParameter>' for name, text in given.items())


def outputs(**given: str) -> str:
    return "".join(f'<outputParameter name="{name}">{text}</outputParameter>' for name, text in given.items())


def drafted(mapper: Mapper, task: FetchedTask) -> TaskDraft:
    """What a draft of the task tells of its end, whatever is wrong with its fields."""
    promise = mapper.promise(task)
    return TaskDraft(task.marker, {}, promise, mapper.answer_variable(task) if promise is Promise.ANSWER else None)


def all_of(model: str, topic: TopicSettings, task: FetchedTask) -> list[StepFault]:
    """All that is wrong with the step of a model."""
    mapper = Mapper({task.topic: topic}, Bitrix(), portal_task_url=lambda *_: "", language="en")
    step, draft = steps_in(model)["Task_Create"], drafted(mapper, task)
    return [*faults_of(step, topic, task), *clashes_of(step, topic, task, draft.promise, draft.answer_variable)]


def told(
    parameters: str = "",
    *,
    asks: bool = True,
    process: str = "",
    more: str = "",
    loop: str = "",
    unreadable: bool = False,
    task: dict[str, Any] | None = None,
    **topic: Any,
) -> str:
    """The fault of the step; an empty text: none."""
    xml = None if unreadable else MODEL.format(parameters=parameters, process=process, more=more, loop=loop)
    topics = {fetched().topic: TopicSettings(**topic)}
    mapper = Mapper(topics, Bitrix(), portal_task_url=lambda *_: "", language="en")
    faults = StepFaults(topics, Definitions(Source(xml), Events()))
    step = {"process_definition_id": "order:1", "extension_properties": ASKS if asks else {}} | (task or {})
    try:
        faults.refuse(fetched(**step), drafted(mapper, fetched(**step)))
    except MappingFault as fault:
        return str(fault)
    return ""


def test_a_step_as_it_should_be_is_no_fault() -> None:
    assert told(inputs(title="Договор ${number}", responsibleId="${boss}"), loop=LOOP.format("person", "x")) == ""
    assert told(inputs(Task_Create="x"), unreadable=True) == ""


@pytest.mark.parametrize(
    "listener", ["", '<executionListener event="start"><script>Task_Create</script></executionListener>']
)
def test_an_input_parameter_in_the_way_of_the_answer_is_a_fault(listener: str) -> None:
    for parameter in ("x", "${Task_Create}", "${other}"):
        fault = told(inputs(Task_Create=parameter), more=listener)
        assert "field inputParameters.Task_Create: the answer or result of this name" in fault
        assert "Rename the input parameter" in fault
    assert "inputParameters.a" in told(inputs(a="1", b="${a}"), wait={"answer_variable": "a"})


@pytest.mark.parametrize(
    ("parameters", "more"),
    [
        (inputs(Task_Create="x") + outputs(Task_Create="${Task_Create}"), ""),
        (inputs(Task_Create="x") + outputs(verdict="${Task_Create == 'ok'}"), ""),
        (inputs(Task_Create="x"), '<executionListener event="end"><script>Task_Create</script></executionListener>'),
    ],
)
def test_an_answer_that_is_handed_on_is_no_fault(parameters: str, more: str) -> None:
    assert told(parameters, more=more) == ""


def test_a_step_that_asks_nobody_loses_no_answer() -> None:
    assert told(inputs(Task_Create="x", bitrixTaskId="1"), asks=False) == ""


@pytest.mark.parametrize(
    ("template", "waits", "lost"),
    [
        ("{{ task.answer }}", True, True),
        ("{{ task.status }}", True, True),
        ("{{ task.id }}", True, False),
        ("{{ task.url }}", True, False),
        ("constant", True, False),
        ("{{ task.answer | default('') }}", False, False),
    ],
)
def test_a_result_that_tells_what_people_did_is_never_lost(template: str, *, waits: bool, lost: bool) -> None:
    fault = told(inputs(decision="x"), asks=False, result={"decision": template}, wait_for_close=waits)
    assert ("inputParameters.decision" in fault) is lost


@pytest.mark.parametrize("name", ["Task_Create", "Task_Create_0"])
def test_an_output_parameter_never_takes_the_place_of_the_answer(name: str) -> None:
    loops = {"loops": (0,)} if name.endswith("_0") else {}
    assert f"outputParameters.{name}: this output parameter" in told(outputs(**{name: "done"}), task=loops | EXPECTS)
    assert told(outputs(**{name: f"${{{name}}}"})) == ""


EXPECTS = {"process_definition_id": "order:1", "extension_properties": ASKS}


def test_a_multi_instance_keeps_no_answer_in_a_variable_of_its_own() -> None:
    fault = told(loop=LOOP.format("Task_Create", "${Task_Create == 'no'}"))
    assert "multiInstance.Task_Create: the answer or result" in fault
    assert "multiInstance.loopCounter" in told(loop=LOOP.format("p", ""), wait={"answer_variable": "loopCounter"})
    assert "inputParameters.Task_Create" in told(
        inputs(Task_Create="x"), loop=LOOP.format("p", "${Task_Create == 'no'}")
    )


@pytest.mark.parametrize(
    ("variable", "name"), [("Task_Create", "Task_Create_0"), ("filled", "filled_0"), ("other", "")]
)
def test_what_the_model_sets_is_not_overwritten_by_an_instance(variable: str, name: str) -> None:
    fault = told(task={"loops": (0,)} | EXPECTS, wait={"answer_variable": variable})
    assert (f"field {name}: the model sets a variable of this name" in fault) is bool(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("UF_RESULT_EXPECED", "UF_RESULT_EXPECTED"),
        ("UF_EXPECTED_RESULT", "UF_RESULT_EXPECTED"),
        ("waitForAnswer", "UF_RESULT_EXPECTED"),
        ("UF_RESULT_QESTION", "UF_RESULT_QUESTION"),
        ("waitForComplete", "waitForCompletion"),
        ("Uf_ReSULT_Expected", "UF_RESULT_EXPECTED"),
    ],
)
def test_a_misspelt_mark_among_the_parameters_is_a_fault(name: str, meant: str) -> None:
    fault = told(inputs(**{name: "true"}), asks=False)
    assert (
        f"inputParameters.{name}: the worker does not read this input parameter. It was probably meant to be {meant}:"
        in fault
    )
    assert told(asks=False, task={"process_definition_id": "order:1", "variables": {name: "true"}}) == ""


def test_a_parameter_that_a_template_or_an_expression_reads_is_no_misspelt_mark() -> None:
    step = inputs(UF_RESULT_EXPECED="true")
    assert told(step + inputs(title="${UF_RESULT_EXPECED}"), asks=False) == ""
    assert told(step, asks=False, result={"x": "{{ UF_RESULT_EXPECED }}"}) == ""


def test_a_question_that_expects_no_answer_is_a_fault_in_a_parameter_too() -> None:
    question = inputs(ufResultQuestion="Sign it?")
    asked = {"ufResultQuestion": "Sign it?"}
    silent = told(question, task={"variables": asked}, asks=False)
    assert "inputParameters.ufResultQuestion: the step asks a question" in silent
    assert told(question, task={"variables": asked}) == ""
    no = {"process_definition_id": "order:1", "variables": {"UF_RESULT_EXPECTED": "0", **asked}}
    assert told(question, task=no, asks=False) == ""


@pytest.mark.parametrize("name", ["UF_RESULT_EXPECTED", "waitForCompletion", "ufResultQuestion"])
def test_a_mark_that_the_model_has_and_the_step_began_without_is_a_fault(name: str) -> None:
    """Migrated to a corrected model, it would else be completed unasked."""
    corrected = inputs(**{name: "true"})
    began = told(corrected, asks=False, task={"variables": {"UF_RESULT_EXPECTD": "true"}})
    assert f"inputParameters.{name}: the model has this input parameter, but the step began without it" in began
    said = {name: "true", "UF_RESULT_EXPECTED": "true"}
    assert told(corrected, asks=False, task={"variables": said}) == ""


@pytest.mark.parametrize("name", ["UF_RESULT_EXPECTED", "waitForCompletion", "UF_RESULT_QUESTION"])
def test_a_mark_among_the_output_parameters_is_a_fault(name: str) -> None:
    assert f"outputParameters.{name}: an output parameter is set after the step" in told(
        outputs(**{name: "true"}), asks=False
    )
    assert told(outputs(**{name: "true"}), task=EXPECTS | {"extension_properties": {name: "1"} | ASKS}) == ""


@pytest.mark.parametrize(("name", "meant"), [("UF_RESULT_EXPECTED", ""), ("waitForComplete", "waitForCompletion")])
def test_a_mark_of_the_process_is_a_fault_where_the_step_says_nothing(name: str, meant: str) -> None:
    process = f'<property name="{name}" value="true"/>'
    fault = told(process=process, asks=False)
    assert f"order.properties.{name}: the engine delivers only the extension properties of the step itself" in fault
    assert (meant or name) in fault
    assert told(process=process, task=EXPECTS | {"extension_properties": {meant or name: "false"}}) == ""
    assert told(process='<property name="UF_RESULT_EXPECTED" value="false"/><property name="x" value="1"/>') == ""


def test_a_template_in_the_model_is_never_shown_to_people() -> None:
    model = inputs(title="Pay {{ sum }}")
    shown = told(model, task={"variables": {"title": "Pay {{ sum }}"}})
    assert "inputParameters.title: templates {{ … }} are not evaluated" in shown
    assert told(inputs(theirs="Pay {{ sum }}", description='{"a": {"b": 1}}')) == ""
    assert told(model, task={"variables": {"title": "Pay 5"}}) == "", "the running step's variable was corrected"


PLACES = """<definitions xmlns:c="c"><collaboration><participant id="Pool" processRef="order">{pool}</participant>
</collaboration><process id="order"><laneSet><lane id="Legal"><flowNodeRef>Around</flowNodeRef>{lane}</lane></laneSet>
<subProcess id="Around">{around}<serviceTask id="Task_Create"><extensionElements>{own}</extensionElements>
<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics></serviceTask>
<boundaryEvent id="timer" attachedToRef="Task_Create">{event}</boundaryEvent><task id="other">{other}</task>
</subProcess></process></definitions>"""
MARK = '<property name="UF_RESULT_EXPECTED" value="true"/>'


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("pool", "Pool.properties"),
        ("lane", "Legal.properties"),
        ("around", "Around.properties"),
        ("loop", "multiInstance.properties"),
        ("event", "timer.properties"),
        ("own", "fields"),
        ("other", ""),
    ],
)
def test_a_mark_in_a_place_that_nobody_reads_is_a_fault(place: str, where: str) -> None:
    said = f"<extensionElements><properties>{MARK}</properties></extensionElements>"
    if place == "own":
        said = '<field name="UF_RESULT_EXPECTED"><string>true</string></field>'
    places = dict.fromkeys(("pool", "lane", "around", "own", "loop", "event", "other"), "") | {place: said}
    model = PLACES.format(**places)
    found = all_of(model, TopicSettings(), fetched(process_definition_id="order:1"))
    assert [(one.where, one.kind) for one in found] == (
        [(f"{where}.UF_RESULT_EXPECTED", "mark_elsewhere")] if where else []
    )


def test_an_answer_among_the_parameters_is_a_fault_unless_a_template_reads_it() -> None:
    assert "inputParameters.UF_RESULT_ANSWER: people fill in this field" in told(inputs(UF_RESULT_ANSWER="ДА"))
    assert told(inputs(UF_RESULT_ANSWER="ДА"), result={"x": "{{ UF_RESULT_ANSWER }}"}) == ""


def property_twice(*values: str) -> str:
    both = "".join(f'<property name="UF_RESULT_EXPECTED" value="{value}"/>' for value in values)
    return f"<properties>{both}</properties>"


@pytest.mark.parametrize(("values", "twice"), [(("true", "false"), True), (("true", "True"), False)])
def test_a_mark_twice_with_different_values_is_a_fault(values: tuple[str, str], *, twice: bool) -> None:
    assert ("properties.UF_RESULT_EXPECTED: it is set twice" in told(more=property_twice(*values))) is twice


@pytest.mark.parametrize(("name", "read"), [("responsibleId", True), ("waitForCompletion", True), ("theirs", False)])
def test_an_input_parameter_twice_is_a_fault_where_somebody_reads_it(name: str, *, read: bool) -> None:
    fault = told(inputs(**{name: "7"}) + inputs(**{name: "no"}), task={"variables": {name: "no"}})
    assert (f"inputParameters.{name}: it is set twice" in fault) is read
    assert ("begin the step anew" in fault) is read, "a migrated step keeps the value it began with"


SPACES = 'xmlns:c="http://camunda.org/schema/1.0/bpmn" xmlns:z="http://camunda.org/schema/zeebe/1.0"'
SAID = '{} name="UF_RESULT_EXPECTED" value="true"'

EVENT = "<messageEventDefinition><extensionElements>{}</extensionElements></messageEventDefinition>"


@pytest.mark.parametrize(
    ("inner", "where"),
    [
        (
            EVENT.format(f"<c:properties><{SAID.format('c:property')}/></c:properties>"),
            "messageEventDefinition.properties",
        ),
        (
            f"<extensionElements><z:properties><{SAID.format('z:property')}/></z:properties></extensionElements>",
            "extensionElements",
        ),
        (f"<{SAID.format('property')}/>", "extensionElements"),
    ],
)
def test_a_mark_within_the_step_that_the_engine_does_not_read_is_a_fault(inner: str, where: str) -> None:
    model = (
        f'<definitions {SPACES}><process id="p"><endEvent id="Task_Create">{inner}</endEvent></process></definitions>'
    )
    [found] = all_of(model, TopicSettings(), fetched())
    assert (found.where, found.kind) == (f"{where}.UF_RESULT_EXPECTED", "mark_elsewhere")


def test_an_extension_property_without_a_name_is_a_fault_of_its_step() -> None:
    """The engine refuses every fetch that would hand it out."""
    nameless = '<properties><property id="Property_1" value="y"/></properties>'
    assert "(Property_1)" in told("", more=nameless)
    assert told("", more='<properties><property name="" value="y"/></properties>') == ""
    topics = {fetched().topic: TopicSettings()}
    task = fetched(process_definition_id="order:1")
    xml = MODEL.format(parameters="", process="", more=nameless, loop="")
    explained = StepFaults(topics, Definitions(Source(xml), Events())).explained(task, unchanged("refused"))
    assert explained.en.startswith("Task_Create: an extension property of the step has no name (Property_1)")
    assert explained.en.endswith("; refused")
    assert StepFaults(topics, Definitions(Source(None), Events())).explained(task, unchanged("refused")).en == "refused"
