"""What of a model goes wrong without a word: `check --model` and the log of a run say it with the same words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from tests.unit.steps import test_definitions
from tests.unit.steps.test_faults import Source
from worker.commands.check.model import check_model
from worker.config.loading import load
from worker.engine.errors import EngineUnreachable
from worker.mapping.mapper import Mapper
from worker.model import FileVariable
from worker.steps.bpmn.definition import steps_in
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.definitions import AGAIN_SECONDS, Definitions
from worker.steps.findings.model import findings_of, findings_of_process
from worker.steps.findings.model_looks import ModelLooks
from worker.steps.findings.served import Served

MODEL = """<definitions><process id="order">
<serviceTask id="Task_Create" name="{name}" type="external" topic="bitrix_create_task" {job}>
<extensionElements><properties>{properties}</properties><inputOutput>{inputs}</inputOutput>{more}</extensionElements>
{loop}</serviceTask><sequenceFlow id="f"><conditionExpression>{condition}</conditionExpression></sequenceFlow>
</process></definitions>"""
ASKS = '<property name="UF_RESULT_EXPECTED" value="true"/>'
QUESTION = '<property name="UF_RESULT_QUESTION" value="Pay {amount}?"/>'
TITLED = '<inputParameter name="title">Approve</inputParameter>'
FILE = FileVariable("contract.pdf")
CYCLE = "<failedJobRetryTimeCycle>R5/PT10M</failedJobRetryTimeCycle>"


def model(**parts: str) -> str:
    said = {"name": "Approve", "job": "", "properties": "", "inputs": "", "more": "", "loop": "", "condition": ""}
    return MODEL.format(**said | parts)


def found(xml: str, folder: Path, config: str = "", *, of: str = "Task_Create") -> dict[str, tuple[str, str]]:
    return {one.kind: (one.placed.en, one.cure.en) for one in all_found(xml, folder, config, of=of)}


def all_found(xml: str, folder: Path, config: str = "", *, of: str = "Task_Create") -> list[ModelFinding]:
    (folder / "config.yaml").write_text(config or "topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings = load(folder / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    steps = steps_in(xml)
    served = Served(steps, settings.topics, mapper)
    return [*findings_of(steps[of], served), *findings_of_process(steps[of].process, served)]


def param(name: str, text: str) -> str:
    return f'<inputParameter name="{name}">{text}</inputParameter>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("for {client}", "{client}"),
        ("for { order.client }", "{ order.client }"),
        ("для {клиент}", "{клиент}"),
        ("for $client", "$client"),
        (r"for \${client}", r"\${client}"),
        (r"for \#{client}", r"\#{client}"),
        ("for {{client}", "{{client}"),
        ("for {{ client", "{{ client"),
        ("for %client%", "%client%"),
        ("for &lt;%= client %&gt;", "<%= client %>"),
        ("for {=Document:NAME}", "{=Document:NAME}"),
        ("for {=Template:Buyer > friendly}", "{=Template:Buyer > friendly}"),
        ("${a} and {b} or $c, {b}", "{b}, $c"),
    ],
)
def test_a_placeholder_of_another_language_in_a_parameter_is_found(text: str, shown: str, tmp_path: Path) -> None:
    seen, cure = found(model(inputs=TITLED + param("description", text)), tmp_path)["unfilled"]
    assert seen.endswith(f"inputParameters.description: {shown}")
    assert "write ${…} in an input parameter" in cure


@pytest.mark.parametrize(
    "text",
    [
        "${client}",
        "#{client}",
        "${a == '{b}' ? 1 : 2}",
        "{{ client }}",
        "$100 and 5 %, 10% or 20%",
        "[{&quot;a&quot;: 1}]",
        "{}",
    ],
)
def test_what_is_filled_or_no_placeholder_is_not_found(text: str, tmp_path: Path) -> None:
    assert found(model(inputs=TITLED + param("description", text)), tmp_path) == {}


@pytest.mark.parametrize(
    ("parts", "config", "place"),
    [
        ({"name": "Pay ${amount}"}, "", "name: ${amount}"),
        ({"name": "Pay {amount}"}, "", "name: {amount}"),
        ({"name": "Pay ${amount}", "inputs": TITLED}, "", None),
        (
            {"name": "Pay ${amount}", "inputs": TITLED},
            'topics: {bitrix_create_task: {task: {description: "{{ external_task.activity_name }}"}}}',
            "name: ${amount}",
        ),
        (
            {"properties": f'{ASKS}<property name="UF_RESULT_QUESTION" value="Pay {{amount}}?"/>'},
            "",
            "properties.UF_RESULT",
        ),
        ({"properties": '<property name="unread" value="{amount}"/>'}, "", None),
        ({"inputs": param("unread", "{amount}")}, "", None),
    ],
)
def test_it_is_found_where_people_would_see_it(
    parts: dict[str, str], config: str, place: str | None, tmp_path: Path
) -> None:
    seen = found(model(**parts), tmp_path, config).get("unfilled", ("", ""))[0]
    assert (place in seen) if place else not seen


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"more": CYCLE}, True),
        ({"more": CYCLE, "job": 'asyncBefore="true"'}, False),
        ({"more": CYCLE, "loop": '<multiInstanceLoopCharacteristics asyncAfter="true"/>'}, False),
        ({}, False),
    ],
)
def test_retries_of_the_engines_jobs_are_named_at_a_step_that_has_no_job(
    parts: dict[str, str], told: bool, tmp_path: Path
) -> None:
    all_ = found(model(**parts), tmp_path, "topics: {bitrix_create_task: {retries: 7}}")
    assert ("other_retries" in all_) is told
    if told:
        seen, cure = all_["other_retries"]
        assert seen == "failedJobRetryTimeCycle (R5/PT10M) does not apply to external tasks"
        assert "7" in cure


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("TaskCreate == 'ok'", "TaskCreate"),
        ("Task_Creat == 'ok' and task_create == 'no'", "Task_Creat, task_create"),
        ("Task_Create == 'Task_Creat'", None),
        ("Task_Create_0 == 'ok' and Task_Create_ORDER_SIGNED", None),
        ("order.Task_Creat == 'ok'", None),
        ("amount &gt; 1", None),
        ("Task_Create2 == 'ok'", None),
    ],
)
def test_a_condition_that_misspells_the_answers_variable_is_found(
    condition: str, names: str | None, tmp_path: Path
) -> None:
    other = '<serviceTask id="Task_Create2" type="external" topic="bitrix_create_task"/></process>'
    xml = model(properties=ASKS, condition=f"${{{condition}}}").replace("</process>", other)
    seen = found(xml, tmp_path).get("misspelt_answer", ("", ""))[0]
    assert seen.startswith(f"conditions read {names}, which the model does not set") is (names is not None)


def test_an_answers_variable_of_another_step_is_not_a_misspelt_one(tmp_path: Path) -> None:
    config = 'topics: {bitrix_create_task: {wait: {answer_variable: "{{ external_task.activity_id }}_said"}}}'
    other = '<serviceTask id="Task_Create2" type="external" topic="bitrix_create_task"/></process>'
    for said, told in (("Task_Create2_said", False), ("Task_Create3_said", True)):
        xml = model(properties=ASKS, condition=f"${{{said} == 'ok'}}").replace("</process>", other)
        assert ("misspelt_answer" in found(xml, tmp_path, config)) is told


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("${Task_Create}", "not_boolean"),
        (" #{ Task_Create_0 } ", "not_boolean"),
        ("${!Task_Create}", "taken_for_boolean"),
        ("${not Task_Create}", "taken_for_boolean"),
        ("${!Task_Create == 'ok'}", "taken_for_boolean"),
        ("${Task_Create &amp;&amp; urgent}", "taken_for_boolean"),
        ("${urgent or Task_Create}", "taken_for_boolean"),
        ("${(urgent || Task_Create_1) and b}", "taken_for_boolean"),
        ("${Task_Create ? a : b}", "taken_for_boolean"),
        ("${Task_Create == 'ok'}", None),
        ("${(Task_Create) == 'ok'}", None),
        ("${urgent and Task_Create == 'ok'}", None),
        ("${Task_Create != 'ok' or urgent}", None),
        ("${empty Task_Create or not empty Task_Create}", None),
        ("${urgent and 'Task_Create and'}", None),
        ("${Task_Create.ready and urgent}", None),
        ("${is(Task_Create)}", None),
        ("${order.Task_Create}", None),
        ("${Task_Create_said}", None),
    ],
)
def test_an_answer_that_a_condition_takes_for_a_boolean_is_found(
    condition: str, kind: str | None, tmp_path: Path
) -> None:
    all_ = found(model(properties=ASKS, condition=condition, inputs=TITLED), tmp_path)
    assert {*all_} - {"misspelt_answer", "never_set"} == ({kind} if kind else set())


def test_the_cure_of_a_condition_that_is_only_an_answer_compares_it(tmp_path: Path) -> None:
    xml = model(properties=ASKS, condition="${Task_Create}")
    assert found(xml, tmp_path)["not_boolean"][1] == "compare it: ${Task_Create == 'ok'}"
    config = "topics: {bitrix_create_task: {wait: {answers: {ДА: 1, НЕТ: 0}}}}"
    assert found(xml, tmp_path, config)["not_boolean"][1] == "compare it: ${Task_Create == 1}"
    file = tmp_path / "order.bpmn"
    file.write_text(xml, encoding="utf-8")
    lines = [one.line("en") for one in check_model(load(None, {}, sides=False), str(file))]
    assert [line[:4] for line in lines if "nothing but the answer" in line] == ["FAIL"]


@pytest.mark.parametrize(
    "said",
    [
        '<executionListener event="end"><script>Task_Create = Task_Create == "ok"</script></executionListener>',
        "",
    ],
)
def test_an_answer_that_code_may_turn_into_a_boolean_is_not_found(said: str, tmp_path: Path) -> None:
    task = '<serviceTask id="T" expression="${execution.setVariable(&quot;Task_Create&quot;, true)}"/></process>'
    xml = model(properties=ASKS, condition="${Task_Create}", more=said)
    assert "not_boolean" not in found(xml if said else xml.replace("</process>", task), tmp_path)


def test_texts_that_the_engine_reads_as_booleans_may_be_joined(tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {wait: {answers: {ДА: 'true', НЕТ: 'false'}}}}"
    for condition, kinds in (("${!Task_Create}", set()), ("${Task_Create}", {"not_boolean"})):
        assert {*found(model(properties=ASKS, condition=condition), tmp_path, config)} == kinds


def test_a_misspelt_answer_names_the_letters_of_another_alphabet(tmp_path: Path) -> None:
    seen, _ = found(model(properties=ASKS, condition="${Tаsk_Create == 'ok'}"), tmp_path)["misspelt_answer"]
    assert seen.endswith("Task_Create (in Latin letters, the name has Cyrillic ones: а)")


EACH = '<multiInstanceLoopCharacteristics elementVariable="{}"/>'


@pytest.mark.parametrize(
    ("loop", "text", "hidden"),
    [
        ("responsibleId", "106", True),
        ("responsible_id", "106", True),
        ("responsibleId", "${boss}", True),
        ("responsible_id", "${responsible_id}", False),
        ("responsibleId", "${responsibleId}", False),
        ("person", "106", False),
    ],
)
def test_an_input_parameter_that_hides_the_element_of_its_loop_is_found(
    loop: str, text: str, hidden: bool, tmp_path: Path
) -> None:
    all_ = found(model(loop=EACH.format(loop), inputs=param("responsibleId", text)), tmp_path)
    assert ("hidden_element" in all_) is hidden
    unread = found(model(loop=EACH.format("theirs"), inputs=param("theirs", "1")), tmp_path)
    assert "hidden_element" not in unread


def test_an_element_that_another_parameter_reads_is_not_hidden(tmp_path: Path) -> None:
    both = param("responsibleId", "106") + param("auditors", "${responsible_id}")
    assert "hidden_element" not in found(model(loop=EACH.format("responsible_id"), inputs=both), tmp_path)


def test_an_input_parameter_of_a_subprocess_hides_the_element_of_its_loop_too(tmp_path: Path) -> None:
    own = f"<extensionElements><inputOutput>{param('responsibleId', '106')}</inputOutput></extensionElements>"
    around = f'<process id="order"><subProcess id="s">{own}{EACH.format("responsibleId")}'
    xml = model().replace('<process id="order">', around).replace("</process>", "</subProcess></process>")
    assert "hidden_element" in found(xml, tmp_path)


@pytest.mark.parametrize(
    ("task", "variables", "places"),
    [
        ("", {"description": FILE}, "description: description"),
        ("", {"TITLE": FILE}, "title: TITLE"),
        ("", {"ufResultQuestion": FILE}, "UF_RESULT_QUESTION: ufResultQuestion"),
        ("description: '{{ scan }}'", {"scan": FILE}, "description: scan"),
        ("comment: \"{{ scan | default('') }}\"", {"scan": FILE}, "comment: scan"),
        ("description: 'See {{ scan }}'", {"scan": FILE}, None),
        ("files: '{{ scan }}'", {"scan": FILE}, None),
        ("description: x", {"description": FILE}, None),
        ("", {"description": "text"}, None),
    ],
)
def test_a_file_in_place_of_a_text_is_logged(
    task: str, variables: dict[str, Any], places: str | None, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(f"topics: {{bitrix_create_task: {{task: {{{task}}}}}}}", encoding="utf-8")
    settings, events = load(tmp_path / "config.yaml", {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    looks = ModelLooks(Definitions(Source(model()), events), settings.topics, mapper, events, lambda job: job())
    looks.look_at([fetched(process_definition_id="order:1", variables=variables)])
    told = [str(facts["seen"]) for event, facts in events.seen if event == "model.finding"]
    words = f"a file in place of a text ({places}): people see only its file name"
    assert told == ([words] if places else [])


WRONG = model(properties=ASKS, condition="${Task_Create == true}", more=CYCLE, name="Pay {amount}")


def test_the_log_tells_once_for_each_definition_what_check_tells(tmp_path: Path) -> None:
    file = tmp_path / "order.bpmn"
    file.write_text(WRONG, encoding="utf-8")
    settings = load(None, {}, sides=False)
    topics, events = settings.topics, Events()
    mapper = Mapper(topics, settings.bitrix, portal_task_url=lambda *_: "")
    looks = ModelLooks(Definitions(Source(WRONG), events), topics, mapper, events, lambda job: job())
    for id_, definition in (("1", "order:1"), ("2", "order:1"), ("3", "order:2")):
        looks.look_at([fetched(id_, process_definition_id=definition)])
    told: list[dict[str, Any]] = [facts for event, facts in events.seen if event == "model.finding"]
    assert [facts["definition"] for facts in told] == ["order:1"] * 3 + ["order:2"] * 3
    lines = {one.line("en").partition(": ")[2] for one in check_model(settings, str(file))}
    assert {f"{facts['seen']} → {facts['cure']}" for facts in told} <= lines
    assert {facts["finding"] for facts in told} == {"never_given", "unfilled", "other_retries"}


def test_a_model_that_could_not_be_read_is_looked_at_when_the_step_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It counted as looked at, and its findings were told by no one."""
    now, settings, events = still_clock(monkeypatch), load(None, {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    source = test_definitions.Source(EngineUnreachable("xml", "away", doubtful=False), WRONG)
    looks = ModelLooks(Definitions(source, events), settings.topics, mapper, events, lambda job: job())
    for _ in range(3):
        looks.look_at([fetched(process_definition_id="order:1")])
        now[0] += AGAIN_SECONDS
    found = {"model.finding": 3, "definition.unread": 1, "definition.read": 1}
    assert Counter(events.names()) == found


def test_what_goes_wrong_in_a_look_is_told_and_stops_nothing() -> None:
    settings, events = load(None, {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    broken = Definitions(Source(WRONG), events)
    broken.step = lambda _: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    looks = ModelLooks(broken, settings.topics, mapper, events, lambda job: job())
    looks.look_at([fetched(process_definition_id="order:1")])
    assert [event for event, _ in events.seen] == ["model.unchecked"]


def test_a_topic_that_the_model_names_by_an_expression_is_the_one_that_was_fetched() -> None:
    settings, events = load(None, {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    named = WRONG.replace('topic="bitrix_create_task"', 'topic="${ours}"')
    looks = ModelLooks(Definitions(Source(named), events), settings.topics, mapper, events, lambda job: job())
    looks.look_at([fetched(process_definition_id="order:1")])
    assert [event for event, _ in events.seen] == ["model.finding"] * 3


IN_SUB = """<definitions><process id="order"><subProcess id="Sub"><extensionElements><inputOutput>{around}</inputOutput>
</extensionElements><serviceTask id="Task_Create" type="external" topic="bitrix_create_task"><extensionElements>
<inputOutput>{inputs}</inputOutput></extensionElements>{loop}</serviceTask>{more}</subProcess></process></definitions>"""
BOOKS = '<serviceTask id="x" expression="${book.of(deadlin)}"/>'


@pytest.mark.parametrize(
    ("around", "inputs", "more", "names"),
    [
        ("deadlin", "title", "", "deadlin → deadline?"),
        ("groupID", "title", "", "groupID → groupId?"),
        ("deadline ", "title", "", '"deadline " → deadline (without what is invisible: a space at the end)?'),
        ("deadlin", "deadline", "", "deadlin → deadline?"),
        ("deadlin", "title", BOOKS, None),
        ("amount", "title", "", None),
        ("deadline", "title", "", None),
    ],
)
def test_a_variable_of_a_sub_process_around_that_only_resembles_a_field_is_found(
    around: str, inputs: str, more: str, names: str | None, tmp_path: Path
) -> None:
    xml = IN_SUB.format(around=param(around, "x"), inputs=param(inputs, "x"), loop="", more=more)
    seen, cure = found(xml, tmp_path).get("misspelt_around", ("", ""))
    assert seen.removeprefix("Sub: the worker does not read these variables of the sub-process: ") == (names or "")
    assert bool(cure) is bool(names)


ELEMENT = '<multiInstanceLoopCharacteristics elementVariable="{}"/>'


@pytest.mark.parametrize(
    ("element", "text", "shown", "field"),
    [
        ("person", "x", "person", "responsibleId"),
        ("ResponsibleId", "x", "ResponsibleId → responsibleId?", "responsibleId"),
        ("dedline", "x", "dedline → deadline?", "deadline"),
        ("person", "${person}", None, ""),
        ("responsible_id", "x", None, ""),
    ],
)
def test_an_element_variable_that_nothing_reads_is_found(
    element: str, text: str, shown: str | None, field: str, tmp_path: Path
) -> None:
    xml = IN_SUB.format(around="", inputs=param("title", text), loop=ELEMENT.format(element), more="")
    seen, cure = found(xml, tmp_path).get("unread_element", ("", ""))
    assert seen == (
        f"nothing reads the element variable {shown}: the instances of the multi-instance do not differ"
        if shown
        else ""
    )
    assert cure == (f"pass the element on in an input parameter: {field} = ${{{element}}}" if shown else "")


LITERAL = "the condition Task_Create == 'ok' gives a text"


@pytest.mark.parametrize(
    ("condition", "asks", "told"),
    [("Task_Create == 'ok'", ASKS, True), ("Task_Create == 'ok'", "", False), ("Task_Created == 'ok'", ASKS, False)],
)
def test_a_condition_about_the_answer_that_is_no_expression_is_told_once_by_the_check_and_by_the_log(
    condition: str, asks: str, told: bool, tmp_path: Path
) -> None:
    xml, file = model(properties=asks, condition=condition, inputs=param("responsibleId", "1")), tmp_path / "order.bpmn"
    file.write_text(xml, encoding="utf-8")
    (tmp_path / "config.yaml").write_text("topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings, events = load(tmp_path / "config.yaml", {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    looks = ModelLooks(Definitions(Source(xml), events), settings.topics, mapper, events, lambda job: job())
    looks.look_at([fetched(process_definition_id="order:1:a")])
    logged = [facts for event, facts in events.seen if event == "model.finding"]
    assert [str(facts["seen"]).startswith(LITERAL) for facts in logged] == ([True] if told else [])
    lines = [one.line("en") for one in check_model(settings, str(file)) if not one.good]
    assert [line.startswith("FAIL model order.bpmn, sequence flow f: the condition ") for line in lines] == [True]
    assert "write the whole condition as one expression that compares: ${A == 'ok'}" in lines[0]


@pytest.mark.parametrize(("length", "told"), [(10_000, False), (10_001, True)])
def test_a_question_of_which_people_see_only_the_beginning(length: int, told: bool, tmp_path: Path) -> None:
    name = "UF_RESULT_QUESTION"
    as_property = f'<property name="{name}" value="{"x" * length}"/>'
    for given in ({"properties": ASKS + as_property}, {"properties": ASKS, "inputs": param(name, "x" * length)}):
        assert ("question_cut" in found(model(**given), tmp_path)) is told


@pytest.mark.parametrize(
    ("deadline", "told"), [("2020-01-01", True), ("2999-01-01", False), ("P2D", False), ("${due}", False), ("x", False)]
)
def test_a_deadline_that_has_passed_before_any_process_begins(deadline: str, told: bool, tmp_path: Path) -> None:
    said = found(model(inputs=param("deadline", deadline)), tmp_path)
    assert ("past_deadline" in said) is told


LONG = "ж" * 4000
LISTED = "<list><value>{}</value></list>"


@pytest.mark.parametrize(
    ("parts", "cure"),
    [
        ({"inputs": TITLED + param("description", LONG)}, None),
        ({"inputs": TITLED + param("description", f" {LONG}\n")}, None),
        ({"inputs": TITLED + param("description", LISTED.format(LONG + "ж"))}, None),
        ({"inputs": TITLED + param("description", f"{LONG} ${{client}}")}, None),
        ({"inputs": TITLED + param("description", f"{LONG}ж")}, 'task: description: "{{ properties.description }}"'),
        ({"inputs": TITLED + param("UF_RESULT_QUESTION", f"{LONG}ж"), "properties": ASKS}, "with the same name"),
        ({"inputs": TITLED, "properties": f'{ASKS}<property name="UF_RESULT_QUESTION" value="{LONG}ж"/>'}, None),
    ],
)
def test_a_text_parameter_longer_than_a_variable_of_the_engine_is_found(
    parts: dict[str, str], cure: str | None, tmp_path: Path
) -> None:
    told = found(model(**parts), tmp_path).get("too_long")
    assert told is None if cure is None else told and cure in told[1]
    assert told is None or "4001 characters" in told[0]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("[b]Pay[/b] and [URL=https://x.y]see[/URL], [b]now[/b]", "[b], [url]"),
        ("[table]\n[tr][td]1[/td][/tr]\n[/table]", "[table]"),
        ("${n} [b]Pay[/b]", "[b]"),
        ("[b]Pay", None),
        ("[x] done, [a, b], [1]", None),
    ],
)
def test_markup_in_the_text_of_a_description_is_found(text: str, tags: str | None, tmp_path: Path) -> None:
    seen, cure = found(model(inputs=TITLED + param("description", text)), tmp_path).get("dead_markup", ("", ""))
    assert seen == (
        f"description: BBCode in values has no effect, and people see the tags as text: {tags}" if tags else ""
    )
    assert not tags or 'bitrix_create_task: task: description: "{{ description | bbcode }}"' in cure
    told = [one.kind for one in all_found(model(inputs=TITLED + param("description", text)), tmp_path)]
    assert told.count("dead_markup") == bool(tags)
    config = 'topics: {bitrix_create_task: {task: {description: "{{ description | bbcode }}"}}}'
    assert "dead_markup" not in found(model(inputs=TITLED + param("description", text)), tmp_path, config)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<p>Pay</p><BR/>now", "<p>, <br>"),
        ("${n} <b>Pay</b>", "<b>"),
        ("a < b, c > d, <name>, List<String>", None),
    ],
)
def test_html_in_a_text_for_people_is_found(text: str, tags: str | None, tmp_path: Path) -> None:
    """The portal shows it as it is."""
    asked = f'<property name="UF_RESULT_QUESTION" value="{escape(text)}"/>'
    for name in ("title", "description", "UF_RESULT_QUESTION", "uf_result_question"):
        inputs = param(name, escape(text)) + (TITLED if name != "title" else "")
        own = {"properties": ASKS + asked, "inputs": TITLED} if name == "UF_RESULT_QUESTION" else {"inputs": inputs}
        seen, _ = found(model(**own), tmp_path).get("dead_html", ("", ""))
        assert seen == (f"{name}: the portal reads no HTML, and people see the tags as text: {tags}" if tags else "")


@pytest.mark.parametrize(
    ("step", "config", "seen"),
    [
        (
            {"inputs": param("title", "[b]Pay[/b] and [i]${n}[/i]")},
            "",
            "title: BBCode has no effect",
        ),
        ({"properties": ASKS + QUESTION.replace("Pay", "[b]Pay[/b]")}, "", "UF_RESULT_QUESTION: BBCode has no effect"),
        (
            {"inputs": TITLED + param("uf_result_question", "[b]Pay[/b]")},
            "",
            "uf_result_question: BBCode has",
        ),
        ({"inputs": param("title", "[b]Pay, [x]")}, "", ""),
        ({"inputs": param("title", "[b]Pay[/b]")}, "title: '{{ title[3:] }}'", ""),
        ({"properties": ASKS + QUESTION.replace("Pay", "[b]Pay[/b]")}, "UF_RESULT_QUESTION: 'Pay?'", ""),
    ],
)
def test_markup_in_a_title_or_a_question_is_found(step: dict[str, str], config: str, seen: str, tmp_path: Path) -> None:
    config = f"topics: {{bitrix_create_task: {{task: {{{config}}}}}}}"
    assert found(model(**step), tmp_path, config).get("plain_text", ("", ""))[0].startswith(seen)
    assert ("plain_text" in found(model(**step), tmp_path, config)) is bool(seen)


@pytest.mark.parametrize("field", ["title", "description", "comment"])
def test_html_that_a_template_makes_of_constants_is_found(field: str, tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {task: {%s: '%s'}}}"
    given = model(inputs=TITLED + param("note", escape("<p>Pay</p>")))
    for template, told in (("<br>{{ title }}", True), ("{{ note | striptags }}", False), ("{{ note }}", True)):
        assert ("dead_html" in found(given, tmp_path, config % (field, template))) is told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("title", "x" * 250, False),
        ("title", "x" * 251, True),
        ("title", "x" * 249 + "…", False),
        ("tags", "a, " + "x" * 251, True),
        ("checklists", '[{"title": "Docs", "items": ["%s"]}]' % ("x" * 256), True),
        ("description", "x" * 101, True),
    ],
)
def test_a_constant_that_is_longer_than_the_portal_keeps_is_found(
    name: str, text: str, told: bool, tmp_path: Path
) -> None:
    inputs = param(name, text) + (TITLED if name != "title" else "")
    config = "{topics: {bitrix_create_task: {}}, bitrix: {max_description_length: 100}}"
    seen, _ = found(model(inputs=inputs), tmp_path, config).get("text_cut", ("", ""))
    shown = f"{'x' * 29}…" if told else ""
    assert seen == (
        f"{name}: the text does not fit, and people see only its beginning, up to “{shown}”" if told else ""
    )


def test_a_template_of_constants_that_is_longer_than_the_portal_keeps_is_found(tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {task: {title: '{{ what }}: {{ title }}'}}}"
    assert "text_cut" in found(model(inputs=TITLED + param("what", "x" * 250)), tmp_path, config)
    assert "text_cut" not in found(model(inputs=TITLED + param("what", "${x}" + "x" * 250)), tmp_path, config)


PLANS = (
    "topics: {bitrix_create_task: {task: {start_date_plan: \"{{ startDatePlan | default('') }}\", "
    "end_date_plan: \"{{ endDatePlan | default('') }}\"}}}"
)


@pytest.mark.parametrize(
    ("inputs", "more", "told"),
    [
        (param("startDatePlan", "2036-12-01"), "", "startDatePlan is set, and nothing in the model sets endDatePlan"),
        (param("endDatePlan", "${day}"), "", "endDatePlan is set, and nothing in the model sets startDatePlan"),
        (param("startDatePlan", ""), "", None),
        (param("startDatePlan", "P1D") + param("endDatePlan", "P2D"), "", None),
        (param("startDatePlan", "P1D"), '<formData><formField id="endDatePlan"/></formData>', None),
        ("", "", None),
    ],
)
def test_a_plan_date_without_the_other_is_told(inputs: str, more: str, told: str | None, tmp_path: Path) -> None:
    seen = found(model(inputs=inputs, more=more), tmp_path, PLANS).get("lone_plan_date", ("", ""))[0]
    assert told in seen if told else not seen


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("P3D", "P1D", True),
        ("2036-12-02", "2036-12-01", True),
        ("P1M", "P27D", True),
        ("3 working days", "2 working days", True),
        ("P1M", "P30D", False),
        ("P1D", "PT24H", False),
        ("P1D", "PT22H", True),
        ("P3D", "2 working days", False),
        ("P3D", "2026-12-01", False),
        ("P1D", "P1D", False),
        ("${start}", "P1D", False),
    ],
)
@pytest.mark.parametrize("name", ["endDatePlan", "deadline"])
def test_dates_that_surely_come_before_the_start_are_told(
    start: str, end: str, told: bool, name: str, tmp_path: Path
) -> None:
    latest = "" if name == "endDatePlan" else param("endDatePlan", "${end}")
    inputs = param("startDatePlan", start) + param(name, end) + latest + param("responsibleId", "1")
    seen = {one.kind: one for one in all_found(model(inputs=inputs), tmp_path, PLANS)}
    kind = "reversed_dates" if name == "endDatePlan" else "early_deadline"
    assert (kind in seen) is told
    assert not told or f"{end} is before the planned start {start}" in seen[kind].seen.en or "2036" in start
    assert not told or seen[kind].essential is (name == "endDatePlan")
