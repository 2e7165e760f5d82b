"""`check --model` refuses what a run would, with the same cause and cure, as far as the model alone decides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.builders import fetched
from worker.commands.check.model import check_model
from worker.config.loading import load
from worker.config.settings import Settings
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.task_fields import shown_name

MODEL = """<definitions><process id="order">{start}
<serviceTask id="Approve" name="Ask" type="external" topic="bitrix_create_task">
<extensionElements><properties>{properties}</properties><inputOutput>{inputs}</inputOutput></extensionElements>{loop}
</serviceTask></process></definitions>"""
ASKS = {"UF_RESULT_EXPECTED": "true"}
RESPONSIBLE = {"responsibleId": "106"}
UNEVALUATED = "the engine does not evaluate expressions in extension properties"
WITHOUT_ANYBODY = "neither step, model nor settings name the responsible person"
LISTS = '[{"title": "a", "items": [{"title": "b", "deadline": "2026-09-30"}]}]'


def settings_of(folder: Path, config: str, **environ: str) -> Settings:
    (folder / "config.yaml").write_text(config or "topics: {bitrix_create_task: {}}", encoding="utf-8")
    return load(folder / "config.yaml", environ, sides=False)


def lines(
    folder: Path,
    inputs: dict[str, str] | None = None,
    properties: dict[str, str] | None = None,
    *,
    config: str = "",
    start: str = "",
    loop: str = "",
    raw: str = "",
    **environ: str,
) -> list[str]:
    """What `check` says of the step, without what all lines begin with."""
    said = "".join(f'<inputParameter name="{name}">{text}</inputParameter>' for name, text in (inputs or {}).items())
    named = "".join(f"<property name='{name}' value='{text}'/>" for name, text in (properties or {}).items())
    file = folder / "order.bpmn"
    file.write_text(MODEL.format(start=start, properties=named, inputs=said + raw, loop=loop), encoding="utf-8")
    found = check_model(settings_of(folder, config, **environ), str(file))
    return [one.line("en").replace("model order.bpmn, step Approve: ", "") for one in found if not one.good]


@pytest.mark.parametrize(
    ("inputs", "properties", "config", "seen"),
    [
        ({}, ASKS | {"UF_RESULT_QUESTION": "${author}?"}, "", 'properties.UF_RESULT_QUESTION = "${author}?"'),
        ({}, ASKS | {"ufResultQuestion": "#{author}?"}, "", 'properties.ufResultQuestion = "#{author}?"'),
        ({}, {"waitForCompletion": "${urgent}"}, "", 'properties.waitForCompletion = "${urgent}"'),
        ({}, {"UF_RESULT_EXPECTED": "{{ x }}"}, "", 'properties.UF_RESULT_EXPECTED = "{{ x }}"'),
        ({}, {"text": "${author}"}, "description: '{{ properties.text }}'", 'properties.text = "${author}"'),
    ],
)
def test_an_expression_in_a_property_that_is_read_is_a_failure_and_not_seen_by_people(
    inputs: dict[str, str], properties: dict[str, str], config: str, seen: str, tmp_path: Path
) -> None:
    config = f"topics: {{bitrix_create_task: {{task: {{{config}}}}}}}"
    [line] = lines(tmp_path, RESPONSIBLE | inputs, properties, config=config.replace('"', "'"))
    assert line.startswith(f"FAIL {seen} → {UNEVALUATED}")


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("deadline", "09/30/2026", "expected a date"),
        ("deadline", "p2d", "Probably “P2D” was meant"),
        ("deadline", "Р2D", "Probably “P2D” was meant"),
        ("responsibleId", "106;", "Probably “106” was meant"),
        ("createdBy", "«106»", "Probably “106” was meant"),
        ("auditors", "[106, 7", "This text is broken JSON, line 1, column 8: a comma is missing"),
        ("DEADLINE", "завтра", "expected a date"),
        ("priority", "срочно", "expected 0, 1, 2 or low, medium, high"),
        ("responsibleId", "ivan", "expected a user's number"),
        ("createdBy", "0", "expected a user's number"),
        ("auditors", "boss", "expected users' numbers"),
        ("accomplices", "5 and 6", "expected users' numbers"),
        ("groupId", "-1", "expected a group's number"),
        ("parentId", "main", "expected one positive whole number"),
        ("tags", "[a, b]", "expected words"),
        ("checklists", "passport", "expected checklists"),
        ("checklists", LISTS, "expected keys of a checklist"),
    ],
)
def test_a_constant_that_can_never_be_read_is_a_failure(field: str, text: str, words: str, tmp_path: Path) -> None:
    found = [line for line in lines(tmp_path, RESPONSIBLE | {field: text}) if line.startswith("FAIL ")]
    assert len(found) == 1
    assert found[0].startswith(f"FAIL {shown_name(field)} = ")
    assert words in found[0]


def test_it_is_what_a_run_says(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "")
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    with pytest.raises(MappingFault) as caught:
        mapper.draft(fetched(variables=RESPONSIBLE | {"deadline": "09/30/2026"}))
    assert lines(tmp_path, RESPONSIBLE | {"deadline": "09/30/2026"}) == [
        f"FAIL {caught.value.place} → {caught.value.reason.en}"
    ]


def test_all_that_is_wrong_with_a_step_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"responsibleId": "ivan", "deadline": "09/30/2026", "priority": "срочно"}
    found = lines(tmp_path, wrong, {"UF_RESULT_EXPECED": "true", "checklists": "passport"})
    assert [line.split(" ")[1] for line in found] == [
        "properties.UF_RESULT_EXPECED",
        "responsibleId",
        "deadline",
        "priority",
        "properties.checklists",
    ]


@pytest.mark.parametrize(
    ("task", "seen"),
    [
        ("deadline: '{{ due }}'", 'deadline = "09/30/2026"'),
        ("start_date_plan: '{{ due }}', end_date_plan: 2026-09-30", 'start_date_plan = "09/30/2026"'),
        (
            "start_date_plan: 2026-09-30, end_date_plan: \"{{ properties.none | default('') }}\"",
            "start_date_plan, end_date_plan",
        ),
        ("task_control: '{{ due }}'", 'task_control = "09/30/2026"'),
        ("crm: '{{ due }}'", 'crm = "09/30/2026"'),
        ("time_estimate: '{{ due }}'", 'time_estimate = "09/30/2026"'),
        ("tags: '{{ properties.none }}'", "tags = "),
        ("responsible_id: '{{ nobody }}'", "responsibleId → there is no responsible person"),
        ("deadline: '{{ due or other }}'", None),
        ("deadline: '{{ variables.due }}'", None),
        ("start_date_plan: '{{ due }}', end_date_plan: '{{ other }}'", 'start_date_plan = "09/30/2026"'),
        ("deadline: '{{ external_task.business_key }}'", None),
        ("deadline: '{{ external_task.activity_id }}'", 'deadline = "Approve"'),
    ],
)
def test_a_template_is_tried_if_the_model_decides_all_that_it_reads(
    task: str, seen: str | None, tmp_path: Path
) -> None:
    config = f"topics: {{bitrix_create_task: {{task: {{{task}}}}}}}"
    inputs = {"due": "09/30/2026", "nobody": ""} | ({} if "responsible_id" in task else RESPONSIBLE)
    found = [line for line in lines(tmp_path, inputs, config=config) if line.startswith("FAIL ")]
    assert len(found) == (seen is not None)
    assert found == [] or seen in found[0]  # type: ignore[operator]


def test_files_that_the_step_names_itself_are_tried_too(tmp_path: Path) -> None:
    [line] = lines(tmp_path, RESPONSIBLE, {"files": "${offer}"})
    assert line.startswith('FAIL properties.files = "${offer}" → expected files: numbers of objects on Disk')
    assert lines(tmp_path, RESPONSIBLE, {"files": "offer, n5"}) == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"deadline": "${due}"},
        {"deadline": "2026-09-30", "priority": "high", "auditors": "106, Ivan Petrov", "groupId": "Sales"},
        {"deadline": "P2D", "tags": "", "files": "offer", "checklists": '[{"title": "a", "items": ["b"]}]'},
    ],
)
def test_what_a_run_reads_or_only_a_process_decides_is_no_failure(inputs: dict[str, str], tmp_path: Path) -> None:
    assert [line for line in lines(tmp_path, RESPONSIBLE | inputs) if line.startswith("FAIL")] == []


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("deadline", ' <script scriptFormat="groovy">1</script>', None),
        ("auditors", "<list><value>106</value><value>boss</value></list>", 'auditors = "boss"'),
        ("auditors", "<list><value>106</value><value>${boss}</value></list>", None),
        ("auditors", "<list><value>106</value><script>1</script></list>", None),
        ("auditors", "<list><value>106</value><script>boss</script></list>", None),
        ("auditors", "<list><value>106</value><value>107</value></list>", None),
        ("checklists", '<list><script scriptFormat="groovy">["title": "A"]</script></list>', None),
        ("checklists", '<map><entry key="${key}">A</entry></map>', None),
        (
            "checklists",
            '<list><map><entry key="titel">A</entry><entry key="items">a</entry></map></list>',
            'checklists = "1: titel"',
        ),
        ("checklists", '<map><entry key="title"><script>1</script></entry><entry key="items">a</entry></map>', None),
        (
            "checklists",
            '<map><entry key="titel">A</entry><entry key="items">a</entry></map>',
            'checklists = "1: titel"',
        ),
        ("checklists", '<map><entry key="title">A</entry><entry key="items">a, b</entry></map>', None),
    ],
)
def test_a_list_or_a_map_is_a_constant_unless_something_in_it_is_evaluated(
    name: str, value: str, seen: str | None, tmp_path: Path
) -> None:
    found = lines(tmp_path, RESPONSIBLE, raw=f'<inputParameter name="{name}">{value}</inputParameter>')
    assert [line.split(" → ")[0] for line in found] == ([f"FAIL {seen}"] if seen else [])


SUB = """<definitions><process id="order">{more}<subProcess id="Sub"><extensionElements><inputOutput>
{around}</inputOutput></extensionElements><serviceTask id="Approve" type="external" topic="bitrix_create_task">
<extensionElements><inputOutput>{inputs}</inputOutput></extensionElements>{loop}</serviceTask></subProcess></process>
</definitions>"""
SETS = '<serviceTask id="s" resultVariable="deadline" expression="${x}"/>'
EACH = '<multiInstanceLoopCharacteristics collection="dates" elementVariable="deadline"/>'


def parameters(said: dict[str, str]) -> str:
    return "".join(f'<inputParameter name="{name}">{text}</inputParameter>' for name, text in said.items())


@pytest.mark.parametrize(
    ("around", "inputs", "parts", "seen"),
    [
        ({"deadline": "30.09.27"}, {}, {}, ['deadline = "30.09.27" (input parameter of Sub)']),
        ({"priority": "urgent", "groupId": "-1"}, {}, {}, ["priority", "groupId"]),
        ({"responsible_id": "Smith"}, {"responsibleId": "106"}, {}, []),
        ({"deadline": "30.09.27"}, {"deadline": "P2D"}, {}, []),
        ({"deadline": "30.09.27"}, {"deadline": "${due}"}, {}, []),
        ({"deadline": "30.09.27"}, {}, {"loop": EACH}, []),
        ({"deadline": "30.09.27"}, {}, {"more": SETS}, []),
        ({"deadline": "${due}"}, {}, {}, []),
        ({"responsible_id": "${boss}"}, {"responsibleId": "Smith"}, {}, ['responsibleId = "Smith"']),
    ],
)
def test_a_constant_of_a_sub_process_around_the_step_is_tried_where_the_run_takes_it(
    around: dict[str, str], inputs: dict[str, str], parts: dict[str, str], seen: list[str], tmp_path: Path
) -> None:
    file, names = tmp_path / "order.bpmn", (*around, *inputs)
    some = {} if "responsibleId" in names or "responsible_id" in names else RESPONSIBLE
    parts = {"more": "", "loop": ""} | parts
    text = SUB.format(around=parameters(around | some), inputs=parameters(inputs), **parts)
    file.write_text(text, encoding="utf-8")
    found = [one.line("en") for one in check_model(settings_of(tmp_path, ""), str(file))]
    failed = [line.removeprefix("FAIL model order.bpmn, step Approve: ") for line in found if line.startswith("FAIL")]
    assert len(failed) == len(seen)
    assert all(line.startswith(words) for line, words in zip(failed, seen, strict=True))


@pytest.mark.parametrize(
    ("inputs", "prop", "config", "seen"),
    [
        (
            {"UF_RESULT_QUESTION": "Pay ${n}?"},
            "Why?",
            "",
            "properties.UF_RESULT_QUESTION, inputParameters.UF_RESULT_QUESTION",
        ),
        (
            {"UF_RESULT_QUESTION": "${a}", "uf_result_question": "Pay?"},
            "",
            "",
            "inputParameters.UF_RESULT_QUESTION, inputParameters.uf_result_question",
        ),
        ({"UF_RESULT_QUESTION": "${a}"}, " ", "", None),
        (
            {"UF_RESULT_QUESTION": "${a}"},
            "Why?",
            "topics: {bitrix_create_task: {task: {UF_RESULT_QUESTION: Pay}}}",
            None,
        ),
        ({"UF_RESULT_QUESTION": "Why?"}, "Why?", "", None),
    ],
)
def test_a_question_that_is_said_twice(
    inputs: dict[str, str], prop: str, config: str, seen: str | None, tmp_path: Path
) -> None:
    properties = {"UF_RESULT_EXPECTED": "true", **({"UF_RESULT_QUESTION": prop} if prop else {})}
    found = lines(tmp_path, {**RESPONSIBLE, **inputs}, properties, config=config)
    told = [line.partition(" say one thing twice")[0] for line in found if "say one thing twice" in line]
    assert told == ([f"WARN {seen}"] if seen else [])


def test_only_the_deadline_is_tried_where_a_template_of_the_portal_may_decide_the_rest(tmp_path: Path) -> None:
    wrong = {"responsibleId": "ivan", "priority": "срочно", "deadline": "09/30/2026"}
    [line] = lines(tmp_path, wrong, BITRIX_PORTAL_TEMPLATES="true")
    assert line.startswith("FAIL deadline")
    assert lines(tmp_path, BITRIX_PORTAL_TEMPLATES="true") == []


def test_a_blank_responsible_hides_every_other_and_is_a_failure(tmp_path: Path) -> None:
    [line] = lines(tmp_path, {"responsibleId": " "})
    assert line.startswith("FAIL responsibleId → there is no responsible person: neither an input parameter")
    assert lines(tmp_path, {"responsibleId": " "}, BITRIX_DEFAULT_RESPONSIBLE_ID="1") == []


FILLED = (
    '<startEvent id="s"><extensionElements><formData><formField id="{}"/></formData></extensionElements></startEvent>'
    '<sequenceFlow id="f" sourceRef="s" targetRef="Approve"/>'
)
SCRIPT = '<scriptTask id="s"><script>execution.setVariable("responsibleId", 5)</script></scriptTask>'
ELEMENT = '<multiInstanceLoopCharacteristics collection="people" elementVariable="responsible_id"/>'


@pytest.mark.parametrize(
    ("said", "warned"),
    [
        ({}, True),
        ({"start": FILLED.format("boss")}, True),
        ({"start": FILLED.format("responsibleId")}, False),
        ({"start": SCRIPT}, False),
        ({"loop": ELEMENT}, False),
        ({"inputs": RESPONSIBLE}, False),
        ({"inputs": {"responsibleId": "${boss}"}}, False),
        ({"config": "topics: {bitrix_create_task: {task: {responsible_id: 5}}}"}, False),
        ({"config": "topics: {bitrix_create_task: {task: {flow_id: 5}}}"}, False),
        ({"BITRIX_DEFAULT_RESPONSIBLE_ID": "1"}, False),
    ],
)
def test_a_step_for_which_only_the_start_may_name_somebody_is_a_warning(
    said: dict[str, str], warned: bool, tmp_path: Path
) -> None:
    found = lines(tmp_path, **said)  # type: ignore[arg-type]
    assert [line.startswith(f"WARN {WITHOUT_ANYBODY}") for line in found] == [True] * warned


@pytest.mark.parametrize(
    ("both", "seen"),
    [
        (
            ("42", "7"),
            "FAIL responsibleId → responsibleId = 42, responsible_id = 7: the step itself sets one thing twice",
        ),
        (("42", "42"), None),
        (("42", ""), None),
        (("${a}", "7"), "WARN responsibleId, responsible_id say one thing twice"),
    ],
)
def test_one_field_in_two_spellings_at_one_step(both: tuple[str, str], seen: str | None, tmp_path: Path) -> None:
    found = lines(tmp_path, dict(zip(("responsibleId", "responsible_id"), both, strict=True)))
    assert [line[: len(seen or "")] for line in found] == ([seen] if seen else [])


def test_a_question_in_two_spellings_is_a_failure(tmp_path: Path) -> None:
    inputs = RESPONSIBLE | {"ufResultQuestion": "This?"}
    [line] = lines(tmp_path, inputs, ASKS | {"UF_RESULT_QUESTION": "That?"})
    assert line.startswith("FAIL UF_RESULT_QUESTION → UF_RESULT_QUESTION = That?, ufResultQuestion = This?: the step")


@pytest.mark.parametrize(
    ("variable", "seen"),
    [
        ("{{ where }}", 'FAIL wait.answer_variable = "my answer" → “{{ where }}” is not a valid variable name'),
        ("{{ decided_in }}", "WARN wait.answer_variable: its value is known only at run time"),
        ("{{ external_task.activity_id }}_said", None),
    ],
)
def test_the_variable_of_the_answer_is_tried_too(variable: str, seen: str | None, tmp_path: Path) -> None:
    config = f"topics: {{bitrix_create_task: {{wait: {{answer_variable: '{variable}'}}}}}}"
    raw = '<inputParameter name="where">my answer</inputParameter>' if "where" in variable else ""
    found = lines(tmp_path, RESPONSIBLE, ASKS, config=config, raw=raw)
    assert [line[: len(seen or "")] for line in found] == ([seen] if seen else [])
