"""What an engine certainly refuses is found before the deployment; Camunda 7.24 was asked about each of these."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest

from worker.steps.bpmn.definition import steps_in
from worker.steps.bpmn.refused import Refused, refused_in

MODEL = """<definitions><process id="p">{around}<serviceTask id="t" {attributes}><extensionElements>
<inputOutput>{inputs}</inputOutput></extensionElements></serviceTask>{more}</process></definitions>"""
STARTED = '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'
OUR = 'type="external" topic="x"'


def model(attributes: str = OUR, inputs: str = "", more: str = "", around: str = "") -> str:
    return MODEL.format(attributes=attributes, inputs=inputs, more=more, around=around)


def kinds(xml: str) -> list[tuple[str, str]]:
    return [(one.of, one.kind) for one in refused_in(xml)]


BROKEN = (
    *("${a", "#{a", "${a = 1}", "${1,5 * 2}", "${}", "${ }", "${(a}", "${a)}", "${a[1}", "${a{b}}", "${ {1,2} }"),
    *("${a += 1}", "${a ; b}", '${"abc}', "${x == “y”}", "${A == ‘ok’}", "${a @ b}", "${a | b}", "${a & b}", "${a =}"),
    *("${a matches 'x'}", "${a in ['x']}", "${a contains 'x'}", "${a b}", "${a}#{b}", "${a ? b : c(1)}", "${f(a,)}"),
    *("${1.a}", "${a.empty}", r"${'\n'}", "${\u00a0a}", "${a instanceof b}", "${٣}", "${a[]}", "${a ? b}", "${!}"),
)
GOOD = (
    *("${a.b(1,2)}", "x ${a} y", '${a == "}"}', "${a == '}'}", r"\${a", "${a}}", "$ {a}", "${a == 1 ? 2 : 3}", "a, b"),
    *(
        "${a <= 1}",
        "${a >= 1 && !b || c != d}",
        r"${a == 'it\'s'}",
        "${сумма}",
        "${a[0].b}",
        "${now() % 2.5}",
        "${a}${b}",
    ),
    *(
        "${a ? b : empty (c)}",
        "${a['x'](1)}",
        "${'x'.equals(a)}",
        "${€}",
        "${!not a}",
        "${a.b .c}",
        "${JSON(a).prop('b')}",
    ),
)


@pytest.mark.parametrize("text", BROKEN)
def test_an_expression_that_cannot_be_parsed_is_refused_wherever_it_is_evaluated(text: str) -> None:
    parameter = f'<inputParameter name="n">{escape(text)}</inputParameter>'
    listed = f'<inputParameter name="n"><list><value>{escape(text)}</value></list></inputParameter>'
    for xml in (
        model(inputs=parameter),
        model(inputs=listed),
        model(attributes=f'type="external" topic={quoteattr(text)}'),
    ):
        assert kinds(xml) == [("t", "broken_expression")]
    [one] = refused_in(model(inputs=parameter))
    assert one.facts["text"] == text.strip()
    assert text.strip().startswith(str(one.facts["upto"]))


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_parsed_or_is_no_expression_is_not(text: str) -> None:
    assert kinds(model(inputs=f'<inputParameter name="n">{escape(text)}</inputParameter>')) == []


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("${fn:contains(A, 'x')}", "fn:contains(A, 'x')"),
        ("${A == size(B)}", "size(B)"),
        ("${now(1)}", "now(1)"),
        ("${JSON()}", "JSON()"),
        ("${now() > dateTime() && JSON(a).b(c) == S(d) || XML(e) && currentUser() == f}", None),
        ("${A.contains('x')}", None),
    ],
)
def test_a_function_that_the_engine_has_not_is_found(text: str, call: str | None) -> None:
    found = refused_in(model(inputs=f'<inputParameter name="n">{escape(text)}</inputParameter>'))
    assert found == ([Refused("t", "serviceTask", "unknown_function", {"place": "n", "call": call})] if call else [])


def test_nothing_is_parsed_where_the_engine_evaluates_nothing() -> None:
    script = '<inputParameter name="n"><script>println "${a = 1"</script></inputParameter>'
    assert kinds(model(inputs=script)) == []
    assert kinds(model(more='<sequenceFlow id="f" name="${a"><documentation>${b</documentation></sequenceFlow>')) == []


FLOW = '<sequenceFlow id="f" sourceRef="t"><conditionExpression {}>{}</conditionExpression></sequenceFlow>'


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("A == 'ok'", "", "literal_condition"),
        ("true", "", "literal_condition"),
        ("${A} == 'ok'", "", "literal_condition"),
        ("${A}${B}", "", "literal_condition"),
        ("${'true'}", "", "literal_condition"),
        ("${A == 'ok' ? 'true' : 'false'}", "", "literal_condition"),
        ("${A == 'ok' ? 1 : (B ? 2 + A : -1)}", "", "literal_condition"),
        ("${A == 'ok' ? true : 'false'}", "", "literal_condition"),
        ("${A == 'ok' ? B : 'false'}", "", "literal_condition"),
        ("${A == 'ok' ? B : A == 'no'}", "", None),
        ("${A.concat('e')}", "", "literal_condition"),
        ("${A.trim().equals('e')}", "", None),
        ("${A == 'ok'", "", "broken_expression"),
        ("${A = 'ok'}", "", "broken_expression"),
        (" ${A == 'ok'} ", "", None),
        ("#{A}", "", None),
        ("A == 'ok'", 'language="groovy"', None),
        ("", "", None),
    ],
)
def test_a_condition_that_gives_a_text_or_a_number_is_never_yes_or_no(
    text: str, language: str, kind: str | None
) -> None:
    xml = model(more=FLOW.format(language, escape(text)))
    assert kinds(xml) == ([("f", kind)] if kind else [])
    assert steps_in(xml)["t"].model.literal_conditions == ((text,) if kind == "literal_condition" else ())


TIMER = (
    '<boundaryEvent id="b"><timerEventDefinition id="d"><{0} id="e">{1}</{0}></timerEventDefinition></boundaryEvent>'
)
READ = {
    "timeDuration": ("P2D", "P2W", "R3/PT10M", "PT1.5S", "2026-09-30T10:00:00/P1D", "${due}", "P1Y2M3DT4H5M6S"),
    "timeDate": ("P2D", "P2W", "2026-09-30", "2026-09-30T18:00", "2026-09-30T18:00:00+03:00", "20260930", "T18:00"),
    "timeCycle": ("R3/PT10M", "R/PT1H", "0 0 9 * * ?", "@daily", "0 0 9 * * MON-FRI", "#{cycle}"),
}
UNREAD = {
    "timeDuration": (
        *("2 days", "p2d", "PT", "P", "P2DT", "30.09.2026", "2026-09-30", "PT8", "P1D2H", "P-1D", "-P1D", "P0.5D"),
        "завтра",
    ),
    "timeDate": ("2 days", "2026-09-30 18:00", "30.09.2026", "tomorrow", "2026-13-40", "09/30/2026"),
    "timeCycle": ("PT1H", "0 9 * * *", "every day", "R3/PT10", "3/PT1H"),
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, several in UNREAD.items() for text in several])
def test_a_timer_that_cannot_be_read_is_found(kind: str, text: str) -> None:
    assert refused_in(model(more=TIMER.format(kind, text))) == [
        Refused("b", "boundaryEvent", "unreadable_timer", {"text": text})
    ]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, several in READ.items() for text in several])
def test_a_timer_that_the_engine_reads_is_not(kind: str, text: str) -> None:
    assert refused_in(model(more=TIMER.format(kind, text))) == []


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        (model(attributes='type="external"'), [("t", "no_topic")]),
        (
            model(more='<endEvent id="e"><messageEventDefinition type="external" id="m"/></endEvent>'),
            [("e", "no_topic")],
        ),
        (model(), []),
        (model(attributes='expression="${x}"'), []),
    ],
)
def test_an_external_step_without_a_topic_is_found(xml: str, found: list[tuple[str, str]]) -> None:
    assert kinds(xml) == found


def test_input_parameters_of_a_process_are_told_for_the_engine_ignores_them() -> None:
    parameter = '<inputParameter name="deadline">P2D</inputParameter>'
    around = f"<extensionElements><inputOutput>{parameter}</inputOutput></extensionElements>"
    assert refused_in(model(around=around)) == [Refused("p", "process", "process_inputs", {"names": "deadline"})]
    assert steps_in(model(around=around))["t"].levels[0].names == {}
    assert len(steps_in(model(around=around))["t"].levels) == 2


def cardinality(text: str) -> str:
    inside = f'<multiInstanceLoopCharacteristics id="m"><loopCardinality id="c">{escape(text)}</loopCardinality>'
    return model(more=f'<userTask id="u">{inside}</multiInstanceLoopCharacteristics></userTask>')


@pytest.mark.parametrize("text", ["2,5", "2.5", "-1", " 3 ", "abc", "", "${'2,5'}", "${-1}", "3000000000", "٣"])
def test_a_loop_that_the_engine_cannot_count_is_found(text: str) -> None:
    assert refused_in(cardinality(text)) == [Refused("u", "userTask", "bad_cardinality", {"text": text})]


@pytest.mark.parametrize("text", ["3", "+3", "0", "${2.5}", "${n}", "${ '3' }", "${n - 1}"])
def test_a_loop_that_the_engine_counts_is_not(text: str) -> None:
    assert kinds(cardinality(text)) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("abc", True), ("5,5", True), (" 5 ", True), ("", True), ("3000000000", True), ("-5", False), ("${n}", False)],
)
def test_a_priority_that_is_no_number_is_found(text: str, wrong: bool) -> None:
    for name in ("taskPriority", "jobPriority"):
        assert kinds(model(f'{OUR} {name}="{text}"')) == ([("t", "bad_priority")] if wrong else [])
    assert kinds(model(more=f'<userTask id="u" priority="{text}"/>')) == ([("u", "bad_priority")] if wrong else [])
    assert kinds(model(more=f'<task id="u" priority="{text}"/>')) == []


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ('isExecutable="true"', "no_time_to_live"),
        ('isExecutable="true" historyTimeToLive=""', "no_time_to_live"),
        ('isExecutable="true" historyTimeToLive="PT1H"', "bad_time_to_live"),
        ('isExecutable="true" historyTimeToLive="P1M"', "bad_time_to_live"),
        ('isExecutable="true" historyTimeToLive="-1"', "bad_time_to_live"),
        ('isExecutable="true" historyTimeToLive="${x}"', "bad_time_to_live"),
        ('isExecutable="true" historyTimeToLive="P180D"', None),
        ('isExecutable="true" historyTimeToLive="30"', None),
        ('isExecutable="false"', None),
        ("", None),
    ],
)
def test_a_process_whose_history_nobody_would_clean_up_is_found(says: str, kind: str | None) -> None:
    xml = model(around=STARTED).replace('<process id="p"', f'<process id="p" {says}')
    assert kinds(xml) == ([("p", kind)] if kind else [])


@pytest.mark.parametrize(
    ("text", "wrong"), [("R3/PT10", True), ("5 minutes", True), ("R3/PT10M", False), ("PT5M,PT1H", False)]
)
def test_a_cycle_of_retries_that_the_engine_drops_is_found(text: str, wrong: bool) -> None:
    cycle = f"<extensionElements><failedJobRetryTimeCycle>{text}</failedJobRetryTimeCycle></extensionElements>"
    found = kinds(model(more=f'<task id="u">{cycle}</task>'))
    assert found == ([("u", "unread_retries")] if wrong else [])


@pytest.mark.parametrize("tag", ["adHocSubProcess", "complexGateway"])
def test_an_element_that_the_engine_does_not_execute_is_found(tag: str) -> None:
    assert refused_in(model(more=f'<{tag} id="h"/>')) == [Refused("h", tag, "unknown_element", {"element": tag})]


def gateway(tag: str, *flows: str, default: str = "") -> str:
    """A gateway with flows of its own; one with a `?` has a condition."""
    given = "".join(
        f'<sequenceFlow id="{one.rstrip("?")}" sourceRef="g" targetRef="t">'
        f"{'<conditionExpression>${a == 1}</conditionExpression>' if one.endswith('?') else ''}</sequenceFlow>"
        for one in flows
    )
    return model(more=f'<{tag} id="g" default="{default}"/>{given}')


@pytest.mark.parametrize(
    ("xml", "kind", "facts"),
    [
        (gateway("parallelGateway", "a?", "b", "c?"), "parallel_conditions", {"flows": "a, c"}),
        (gateway("exclusiveGateway", "a", "b?"), "never_tried", {"flow": "a", "others": "b"}),
        (gateway("exclusiveGateway", "a?", "b", "c?", "d?"), "never_tried", {"flow": "b", "others": "c, d"}),
        (gateway("exclusiveGateway", "a?", "b", "c", default="c"), "default_refused", {"flows": "b", "default": "c"}),
        (gateway("inclusiveGateway", "a", "b?", "c", default="a"), "default_never", {"flows": "c", "default": "a"}),
        (gateway("serviceTask", "a?", "b", "c", default="c"), "default_never", {"flows": "b", "default": "c"}),
    ],
)
def test_conditions_that_the_engine_never_looks_at_are_found(xml: str, kind: str, facts: dict[str, str]) -> None:
    assert [(one.of, one.kind, one.facts) for one in refused_in(xml)] == [("g", kind, facts)]


@pytest.mark.parametrize(
    "xml",
    [
        gateway("parallelGateway", "a", "b"),
        gateway("exclusiveGateway", "a", "b?", default="a"),
        gateway("exclusiveGateway", "a?", "b"),
        gateway("exclusiveGateway", "a"),
        gateway("inclusiveGateway", "a", "b?"),
        gateway("inclusiveGateway", "a?", "b?", "c", default="c"),
        gateway("parallelGateway", "a", "b", default="b"),
        gateway("serviceTask", "a", "b"),
    ],
)
def test_conditions_that_the_engine_tries_in_their_order_are_not(xml: str) -> None:
    assert refused_in(xml) == []


@pytest.mark.parametrize(
    ("language", "told"),
    [("python", True), ("javscript", True), ("Java", True), ("groovy", False), ("JavaScript", False)],
)
def test_a_script_in_a_language_that_no_distribution_brings_is_found(language: str, *, told: bool) -> None:
    inside = f'<script scriptFormat="{language}">1</script>'
    for xml, of in (
        (model(more=f'<scriptTask id="s" scriptFormat="{language}"><script>1</script></scriptTask>'), "s"),
        (model(inputs=f'<inputParameter name="n">{inside}</inputParameter>'), "t"),
        (
            model(
                more='<sequenceFlow id="f" sourceRef="t" targetRef="t"><conditionExpression '
                f'language="{language}">1</conditionExpression></sequenceFlow>'
            ),
            "f",
        ),
    ):
        found = [(one.of, one.kind) for one in refused_in(xml)]
        assert found == ([(of, "unknown_language")] if told else [])


@pytest.mark.parametrize(
    ("loop", "kind"),
    [
        ("collection='1,2,3'", "bad_collection"),
        ("collection='7' elementVariable='person'", "bad_collection"),
        ("><loopDataInputRef>[a, b]</loopDataInputRef", "bad_collection"),
        ("collection='people' elementVariable='person'", None),
        ("collection='согласующие'", None),
        ("collection='${[1, 2]}' elementVariable='person'", None),
        ("><loopCardinality>3</loopCardinality", None),
        ("><loopDataInputRef>people</loopDataInputRef><inputDataItem name='person'/", None),
    ],
)
def test_a_collection_that_is_no_name_is_found(loop: str, kind: str | None) -> None:
    tag, inside = "multiInstanceLoopCharacteristics", loop if ">" in loop else f"{loop}>"
    more = f"<task id='x'><{tag} {inside}></{tag}></task>".replace(">></", "></")
    assert kinds(model(more=more)) == ([("x", kind)] if kind else [])


GIVEN = "<extensionElements><inputOutput><{0}Parameter name='a'>1</{0}Parameter></inputOutput></extensionElements>"


@pytest.mark.parametrize(
    ("element", "refused"),
    [
        ("<exclusiveGateway id='x'>{input}</exclusiveGateway>", True),
        ("<subProcess id='x' triggeredByEvent='true'>{input}</subProcess>", True),
        ("<task id='x'>{output}<multiInstanceLoopCharacteristics collection='c'/></task>", True),
        ("<task id='x'>{input}<multiInstanceLoopCharacteristics collection='c'/></task>", False),
        ("<endEvent id='x'>{output}</endEvent>", True),
        ("<callActivity id='x'>{output}</callActivity>", False),
        ("<boundaryEvent id='x'>{output}</boundaryEvent>", False),
    ],
)
def test_parameters_stand_only_where_the_engine_takes_them(element: str, refused: bool) -> None:
    more = element.format(input=GIVEN.format("input"), output=GIVEN.format("output"))
    assert kinds(model(more=more)) == ([("x", "parameters_refused")] if refused else [])
