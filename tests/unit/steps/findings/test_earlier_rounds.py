"""What reads an answer in a drawn loop: told only where it may be one of this round as well as of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import all_found
from tests.unit.steps.findings.test_numbers_of_others import process

START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CONDITION = "><conditionExpression>${{{}}}</conditionExpression></sequenceFlow>"
LINKS = (
    '<intermediateThrowEvent id="there"><linkEventDefinition name="l"/></intermediateThrowEvent>'
    '<intermediateCatchEvent id="here"><linkEventDefinition name="l"/></intermediateCatchEvent>'
)
RESET = (
    '<extensionElements><executionListener event="take" expression="${execution.setVariable(\'Ap\', null)}"/>'
    "</extensionElements>"
)
TWO = ("start>Ap>g>Dir>k>end", "g>Rework", "k>Rework>Ap")
"""Two people agree, one after the other; who does not sends it back to the first."""
BOTH = ("start>m>fork>L>join>g>end", "fork>B>join", "g>Rework>m")
BY_TIMER = ("start>m>Ap>g>Dir>k>end", "t>g", "g>end", "k>m")
OF_TIMER = {"g>Dir": "execution.getVariable('Ap') == 'ok'", "k>end": "Dir == 'ok'"}


def step(id_: str, title: str = "", *, asks: bool = True, out: str = "") -> str:
    properties = '<properties><property name="UF_RESULT_EXPECTED" value="true"/></properties>' if asks else ""
    given = f'<inputParameter name="title">{title or id_}</inputParameter>{out}'
    said = f"<extensionElements>{properties}<inputOutput>{given}</inputOutput></extensionElements>"
    return f'<serviceTask id="{id_}" type="external" topic="bitrix_create_task">{said}</serviceTask>'


def gates(ids: str, kind: str = "exclusiveGateway") -> str:
    return "".join(f'<{kind} id="{id_}"/>' for id_ in ids.split())


def drawn(*elements: str, ways: tuple[str, ...], asked: Mapping[str, str]) -> str:
    """A process with these flows. `asked`: conditions, by flow."""
    xml = process([START, END, *elements], *ways)
    for flow, text in asked.items():
        source, _, target = flow.partition(">")
        ends = f'sourceRef="{source}" targetRef="{target}"'
        assert f"{ends}/>" in xml
        xml = xml.replace(f"{ends}/>", ends + CONDITION.format(text))
    return xml


def approvals(*, rework: str = "", out: str = "", asked: Mapping[str, str] = {"k>end": "Dir == 'ok'"}) -> str:
    of_first = {"g>Dir": "Ap == 'ok'", "g>Rework": "Ap == 'no'", "k>Rework": "Dir == 'no'"}
    steps = (step("Ap"), step("Dir"), step("Rework", rework, asks=False, out=out), gates("g k"))
    return drawn(*steps, ways=TWO, asked={**of_first, **asked})


def together(kind: str = "parallelGateway", asked: Mapping[str, str] = {}) -> str:
    steps = (step("L"), step("B"), step("Rework", asks=False), gates("m g"), gates("fork join", kind))
    decided = {"g>end": "L == 'ok' and B == 'ok'", "g>Rework": "L == 'no' or B == 'no'"}
    return drawn(*steps, ways=BOTH, asked={**decided, **asked})


def ended(of: str = "Ap", *, ways: tuple[str, ...] = BY_TIMER, inside: str = "") -> str:
    timer = f'<boundaryEvent id="t" attachedToRef="{of}">{TIMER}</boundaryEvent>'
    steps = (inside or step("Ap"), step("Dir"), timer, gates("m g k"))
    return drawn(*steps, ways=ways, asked=OF_TIMER)


def told(xml: str, folder: Path) -> list[str]:
    seen = [one.placed.en for one in all_found(xml, folder, of="Ap" if 'id="Ap"' in xml else "L")]
    return [one for one in seen if "an earlier round" in one]


@pytest.mark.parametrize(
    "xml",
    [
        approvals(),
        approvals(asked={"k>end": "Ap == 'ok' and Dir == 'ok'"}),
        approvals(rework="was: ${Ap}"),
        drawn(
            *(step("Ap"), gates("g"), LINKS),
            ways=("start>Ap>g>end", "g>there", "here>Ap"),
            asked={"g>end": "Ap == 'ok'", "g>there": "Ap == 'no'"},
        ),
        drawn(step("Ap", "was: ${Ap}"), gates("g"), ways=("start>Ap>g>end", "g>Ap"), asked={"g>end": "Ap == 'ok'"}),
        together(),
        ended(ways=("start>m>Ap>g>Dir>k>end", "t>end", "g>end", "k>m")),
        approvals(rework="was: ${Dir}", out='<outputParameter name="Dir">${null}</outputParameter>'),
        ended().replace('sourceRef="t" targetRef="g"/>', f'sourceRef="t" targetRef="g">{RESET}</sequenceFlow>'),
        ended().replace('sourceRef="k" targetRef="m"/>', f'sourceRef="k" targetRef="m">{RESET}</sequenceFlow>'),
        drawn(
            *(step("L"), step("B"), step("Rework", asks=False), gates("m a c g")),
            ways=("start>m>L>a>B>c>g>end", "a>c", "g>Rework>m"),
            asked={"a>B": "empty B or B == 'no'", "g>end": "L == 'ok' and B == 'ok'"},
        ),
    ],
    ids=[
        "two",
        "both",
        "of this round",
        "links",
        "at the step",
        "parallel",
        "timer aside",
        "reset",
        "flow",
        "back",
        "by the answer",
    ],
)
def test_a_loop_that_reads_only_answers_of_one_round_is_not_told(xml: str, tmp_path: Path) -> None:
    assert told(xml, tmp_path) == []


@pytest.mark.parametrize(
    ("xml", "seen"),
    [
        (approvals(rework="was: ${execution.getVariable('Dir')}"), "Rework: was: ${execution.getVariable('Dir')}"),
        (together("inclusiveGateway", {"fork>L": "urgent", "fork>B": "!urgent"}), "g: ${L == 'ok' and B == 'ok'}"),
        (ended(), "g: ${execution.getVariable('Ap') == 'ok'}"),
        (
            ended(
                "S",
                ways=("start>m>S>g>Dir>k>end", *BY_TIMER[1:]),
                inside=f'<subProcess id="S">{step("Ap")}</subProcess>',
            ),
            "g: ${execution.getVariable('Ap') == 'ok'}",
        ),
        (
            drawn(
                *(step("Ap"), step("L"), gates("g k a"), LINKS),
                ways=("start>g>Ap>k>end", "g>L>k", "k>there", "here>g"),
                asked={"g>Ap": "n > 3", "g>L": "n &lt; 3", "k>end": "execution.getVariable('Ap') == 'ok'"},
            ),
            "k: ${execution.getVariable('Ap') == 'ok'}",
        ),
    ],
    ids=["past the step", "inclusive", "timer", "timer at a sub-process", "links"],
)
def test_a_reader_that_may_meet_an_answer_of_an_earlier_round_is_told(xml: str, seen: str, tmp_path: Path) -> None:
    assert [one.split(" reads ")[0] for one in told(xml, tmp_path)][:1] == [seen]


def test_the_words_name_the_answer_and_who_is_not_asked_anew(tmp_path: Path) -> None:
    [line] = told(ended(), tmp_path)
    assert line.partition(" reads ")[2] == (
        "Ap, which may be the answer of an earlier round: sequence flows lead back, and on a way to here nobody "
        "answers Ap anew"
    )
