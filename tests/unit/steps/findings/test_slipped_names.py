"""Names that nothing in a model sets, while one of nearly the same name is set: told once, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.unit.steps.findings.test_model import ASKS, all_found
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.steps.bpmn.definition import steps_in
from worker.steps.findings.model import findings_of_process
from worker.steps.findings.served import Served

MODEL = """<definitions><process id="order"><startEvent id="s"{start}><extensionElements><formData>{fields}</formData>
</extensionElements></startEvent><sequenceFlow id="f" sourceRef="s" targetRef="Task_Create"/>
<serviceTask id="Task_Create" type="external" topic="bitrix_create_task"><extensionElements><properties>{asks}
</properties><inputOutput>{inputs}</inputOutput></extensionElements>{loop}</serviceTask>
<sequenceFlow id="o" sourceRef="Task_Create" targetRef="xg"/><exclusiveGateway id="xg" default="n"/>{more}
<sequenceFlow id="n" sourceRef="xg" targetRef="e"/><sequenceFlow id="y" sourceRef="xg" targetRef="e">
<conditionExpression>{condition}</conditionExpression></sequenceFlow><endEvent id="e"/></process>{beside}
</definitions>"""
CALL = '<callActivity id="Call" calledElement="kid"><extensionElements>{}</extensionElements>{}</callActivity>'
SCRIPT = '<scriptTask id="S" scriptFormat="groovy"><script>{}</script></scriptTask>'
TIMER = (
    '<boundaryEvent id="T" attachedToRef="Task_Create"><timerEventDefinition id="TD"><timeDuration id="D">{}'
    "</timeDuration></timerEventDefinition></boundaryEvent>"
)
SUB = (
    '<subProcess id="Sub"><extensionElements><inputOutput><inputParameter name="discount">1</inputParameter>'
    '</inputOutput></extensionElements>{}<userTask id="U" assignee="${{{}}}"/></subProcess>'
)
LOOP = '<multiInstanceLoopCharacteristics collection="{}" elementVariable="{}"/>'
OTHER = '<process id="other"><startEvent id="os"><extensionElements><formData>{}</formData></extensionElements>'
OTHER += "</startEvent></process>"
SETS = '<serviceTask id="X" expression="${{x}}" resultVariable="{}"/>'
USER = '<userTask id="U" assignee="${{{}}}"/>'
LISTENS = '<userTask id="U"><extensionElements><executionListener expression="{}" event="end"/></extensionElements>'
LISTENS += "</userTask>"
SIGNAL = (
    '<intermediateThrowEvent id="Sig"><signalEventDefinition id="SD"><extensionElements><in source="{}" target="x"/>'
)
SIGNAL += "</extensionElements></signalEventDefinition></intermediateThrowEvent>"


def field(name: str) -> str:
    return f'<formField id="{name}"/>'


def param(name: str, text: str) -> str:
    return f'<inputParameter name="{name}">{escape(text)}</inputParameter>'


def model(fields: str = "amount", condition: str = "", **parts: str) -> str:
    said = {"start": "", "asks": "", "inputs": "", "loop": "", "more": "", "beside": ""} | parts
    shown = "".join(map(field, fields.split()))
    return MODEL.format(**said | {"fields": shown, "condition": escape(f"${{{condition}}}" if condition else "")})


def told(xml: str, folder: Path, config: str = "") -> list[str]:
    """What is seen of each slip."""
    return [one.placed.en for one in all_found(xml, folder, config) if one.kind == "slipped_name"]


@pytest.mark.parametrize(
    ("fields", "parts", "at", "name", "meant"),
    [
        ("amount", {"condition": "ammount > 1"}, "xg", "ammount", "amount (s)"),
        ("amount", {"condition": "execution.getVariable('ammount') > 1"}, "xg", "ammount", "amount (s)"),
        ("amount", {"condition": "ammount != null"}, "xg", "ammount", "amount (s)"),
        ("title", {"inputs": param("title", "Buy: ${titel}")}, "Task_Create", "titel", "title (s)"),
        ("titel", {"inputs": param("title", "Buy: ${title}")}, "Task_Create", "title", "titel (s)"),
        ("managerID", {"inputs": param("responsibleId", "${managerId}")}, "Task_Create", "managerId", "managerID (s)"),
        ("order", {"more": CALL.format('<in source="ordr" target="order"/>', "")}, "Call", "ordr", "order (s)"),
        (
            "order",
            {"more": CALL.format('<in sourceExpression="${ordr}" target="x"/>', "")},
            "Call",
            "ordr",
            "order (s)",
        ),
        ("order", {"more": CALL.format('<in businessKey="${ordr}"/>', "")}, "Call", "ordr", "order (s)"),
        ("order", {"more": SIGNAL.format("ordr")}, "Sig", "ordr", "order (s)"),
        ("people", {"loop": LOOP.format("peolpe", "person")}, "Task_Create", "peolpe", "people (s)"),
        ("people", {"loop": LOOP.format("${peolpe}", "person")}, "Task_Create", "peolpe", "people (s)"),
        ("deadline", {"more": TIMER.format("${dedline}")}, "T", "dedline", "deadline (s)"),
        ("amount", {"more": USER.format("ammount")}, "U", "ammount", "amount (s)"),
        ("", {"start": ' initiator="initiator"', "more": USER.format("initator")}, "U", "initator", "initiator"),
        ("", {"more": SETS.format("decision") + USER.format("decison")}, "U", "decison", "decision (X)"),
        ("", {"more": USER.format("bitrixTaskID")}, "U", "bitrixTaskID", "bitrixTaskId (Task_Create)"),
        ("", {"asks": ASKS, "more": USER.format("Task_Craete")}, "U", "Task_Craete", "Task_Create (Task_Create)"),
        ("", {"more": SUB.format("", "discuont")}, "U", "discuont", "discount (Sub)"),
        ("", {"more": SUB.format(LOOP.format("x", "lawyer"), "lawer")}, "U", "lawer", "lawyer (Sub)"),
        (
            "",
            {"loop": LOOP.format("x", "person"), "inputs": param("responsibleId", "${preson}")},
            "Task_Create",
            "preson",
            "person (Task_Create)",
        ),
        (
            "",
            {"more": LISTENS.format("${execution.setVariable('decision', 'x')}") + USER.format("decison")},
            "U",
            "decison",
            "decision (U)",
        ),
        (
            "",
            {"more": CALL.format('<out source="a" target="checked"/>', ""), "condition": "cheked == 'ok'"},
            "xg",
            "cheked",
            "checked (Call)",
        ),
        (
            "amount",
            {"inputs": param("x", "1") + param("ammount", "${ammount}")},
            "Task_Create",
            "ammount",
            "amount (s)",
        ),
        ("amount", {"inputs": param("ammount", "1"), "more": USER.format("ammount")}, "U", "ammount", "amount (s)"),
    ],
)
def test_a_slip_of_a_name_that_the_model_sets_is_told(
    fields: str, parts: dict[str, str], at: str, name: str, meant: str, tmp_path: Path
) -> None:
    seen = f"{at}: reads the variable {name}, which nothing in the model sets; a similar one is set: {meant}"
    assert told(model(fields, **parts), tmp_path) == [seen]


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ("amount", {"condition": "amount > 1"}),
        ("amount", {"condition": "sum > 1"}),
        ("amount ammount", {"condition": "ammount > 1"}),
        ("amount amnount", {"condition": "ammount > 1"}),
        ("amount", {"condition": "amounts > 1"}),
        ("amount1", {"condition": "amount2 > 1"}),
        ("approved", {"inputs": param("responsibleId", "${approver}")}),
        ("amount", {"more": SETS.format("ammount"), "condition": "ammount > 1"}),
        ("amount", {"more": SCRIPT.format("ammount = 3"), "condition": "ammount > 1"}),
        ("amount", {"more": LISTENS.format("${execution.setVariable('ammount', 1)}"), "condition": "ammount > 1"}),
        ("amount", {"more": LISTENS.format("${bean.fill(execution, 'ammount')}"), "condition": "ammount > 1"}),
        ("amount", {"condition": "execution.hasVariable('ammount') and ammount > 1"}),
        ("amount", {"condition": "execution.getVariable('ammount') != null"}),
        ("amount", {"condition": "empty execution.getVariable('ammount') or ammount > 1"}),
        ("amount", {"inputs": param("ammount", "1") + param("title", "${ammount}")}),
        ("amount", {"inputs": param("ammount", "1"), "more": TIMER.format("${ammount}")}),
        ("discuont", {"more": SUB.format("", "discount")}),
        ("lawer", {"more": SUB.format(LOOP.format("x", "lawyer"), "lawyer")}),
        ("", {"more": SUB.format("", "x") + USER.format("discuont").replace('"U"', '"V"')}),
        ("", {"more": SUB.format(LOOP.format("x", "lawyer"), "x") + USER.format("lawer").replace('"U"', '"V"')}),
        ("", {"more": CALL.format('<out sourceExpression="${ammount}" target="amount"/>', "")}),
        ("", {"more": CALL.format('<out source="ammount" target="amount"/>', "")}),
        ("order", {"more": CALL.format('<in variables="all"/>', "")}),
        ("order", {"more": CALL.format('<in source="order" target="ordr"/>', "")}),
        ("", {"loop": LOOP.format("people", "person"), "inputs": param("responsibleId", "${person}")}),
        ("persons", {"loop": LOOP.format("persons", "person"), "inputs": param("responsibleId", "${person}")}),
        ("person", {"loop": LOOP.format("persons", "x")}),
        ("", {"beside": OTHER.format(field("amount")), "condition": "ammount > 1"}),
        ("amount", {"beside": OTHER.format(field("ammount")), "condition": "ammount > 1"}),
        ("loopCuonter", {"condition": "loopCounter > 1"}),
        ("executoin", {"condition": "execution.processInstanceId != null"}),
        ("nowx", {"condition": "now() > 1"}),
        ("", {"asks": ASKS, "inputs": param("responsibleId", "${task_Create}")}),
        ("taskCreate", {"condition": "Task_Create == 'ok'"}),
        ("taskCreate_bitrixTaskId_1", {"condition": "Task_Create_bitrixTaskId_1 > 1"}),
        ("amount", {"condition": "'ammount' == x"}),
        ("amount", {"inputs": param("title", "ammount")}),
        ("amount", {"inputs": param("title", r"\${ammount}")}),
    ],
)
def test_what_is_set_known_or_named_otherwise_is_not(fields: str, parts: dict[str, str], tmp_path: Path) -> None:
    assert told(model(fields, **parts), tmp_path) == []


def test_a_name_is_told_once_with_all_that_read_it(tmp_path: Path) -> None:
    inputs = param("title", "${ammount}") + param("description", "for ${ammount}")
    [seen] = told(model("amount", "ammount > 1", inputs=inputs, more=USER.format("ammount")), tmp_path)
    assert seen.startswith("Task_Create: reads the variable ammount, ")
    assert seen.endswith(" is set: amount (s); ammount is read by xg, U too")


@pytest.mark.parametrize(("count", "shown"), [(3, "X0, X1, X2"), (4, "X0, X1, X2, …")])
def test_what_sets_the_name_that_is_meant_is_named_up_to_three(count: int, shown: str, tmp_path: Path) -> None:
    several = "".join(SETS.format("decision").replace('"X"', f'"X{number}"') for number in range(count))
    [seen] = told(model("", more=several + USER.format("decison")), tmp_path)
    assert seen.endswith(f"is set: decision ({shown})")


def test_the_cure_says_both_to_correct_the_name_and_to_leave_it(tmp_path: Path) -> None:
    [one] = [one for one in all_found(model("amount", "ammount > 1"), tmp_path) if one.kind == "slipped_name"]
    assert not one.essential
    assert one.cure.en.startswith("if this is a typo, correct the name here or there; otherwise ")
    assert one.cure.en.endswith("its caller or another program brings ammount, leave it")


def test_letters_of_another_alphabet_are_named(tmp_path: Path) -> None:
    [seen] = told(model("amount", "аmount > 1"), tmp_path)
    assert seen.endswith("is set: amount (in Latin letters, the name has Cyrillic ones: а) (s)")


def test_what_is_told_as_the_name_of_an_answer_is_not_told_twice(tmp_path: Path) -> None:
    slip = USER.format("Task_Craete")
    read, compared = (model("", said, asks=ASKS, more=slip) for said in ("x", "Task_Craete == 'ok'"))
    assert [[one.kind for one in all_found(xml, tmp_path)] for xml in (read, compared)] == [
        ["slipped_name"],
        ["misspelt_answer"],
    ]


def test_the_numbered_answers_of_a_multi_instance_are_set(tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {wait: {answer_variable: decision}}}"
    xml = model("decision0", "decision_0 == 'ok'", asks=ASKS, loop=LOOP.format("people", "responsibleId"))
    assert told(xml, tmp_path, config) == []


@pytest.mark.parametrize(
    ("result", "name", "meant"),
    [("{decision: '{{ task.answer }}'}", "decison", ["decision"]), ("{decison: '{{ task.answer }}'}", "decison", [])],
)
def test_the_results_of_a_topic_are_set_too(result: str, name: str, meant: list[str], tmp_path: Path) -> None:
    config = f"topics: {{bitrix_create_task: {{result: {result}}}}}"
    seen = told(model("", more=USER.format(name)), tmp_path, config)
    assert [one.partition("is set: ")[2] for one in seen] == [f"{one} (Task_Create)" for one in meant]


@pytest.mark.parametrize("more", ["", "<userTask id='Form' formKey='x'/><receiveTask id='R'/>"])
def test_whatever_may_bring_variables_that_the_model_does_not_name_hides_no_slip(more: str, tmp_path: Path) -> None:
    assert len(told(model("amount", "ammount > 1", more=more), tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "left"),
    [("${ammount}", []), ("${execution.getVariable('ammount')}", ["slipped_name"])],
)
def test_what_the_engine_has_found_for_a_step_in_hand_is_there(text: str, left: list[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings = load(tmp_path / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    steps = steps_in(model("amount", inputs=param("title", text), more=USER.format("ammount")))
    served = Served(steps, settings.topics, mapper)
    kinds = [[one.kind for one in findings_of_process("order", served, begun=one)] for one in ("", "Task_Create")]
    assert kinds == [["slipped_name"], left]
