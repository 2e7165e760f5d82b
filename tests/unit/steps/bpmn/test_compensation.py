"""Compensation that undoes nothing: the engine passed it by, and what had been done stayed done, without a word."""

from __future__ import annotations

import pytest

from tests.unit.steps.bpmn.test_joins import drawn
from worker.steps.bpmn.refused import refused_in

KINDS = ("undoes_nothing", "event_unconnected", "handler_unconnected", "never_begins")
STEP = '<serviceTask id="{}" type="external" topic="t"/>'
A, B, U = (STEP.format(one) for one in "ABU")
HANDLER = U.replace("/>", ' isForCompensation="true"/>')
AT_A = '<boundaryEvent id="c" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
LINE = '<association id="as" sourceRef="c" targetRef="U"/>'
UNDONE = AT_A + HANDLER + LINE
ALL = '<endEvent id="e"><compensateEventDefinition/></endEvent>'
THROWN = '<intermediateThrowEvent id="l"><compensateEventDefinition/></intermediateThrowEvent>'
OF = '<endEvent id="e"><compensateEventDefinition activityRef="{}"/></endEvent>'
FLOWS, BEHIND_SUB = "s>A A>B B>e", "s>S S>B B>e"
SUB = '<subProcess id="S"><startEvent id="s1"/><sequenceFlow id="f1" sourceRef="s1" targetRef="A"/>{}</subProcess>'
BY_EVENT = '<subProcess id="V" triggeredByEvent="true"><startEvent id="s2">{}</startEvent>{}</subProcess>'
NOTHING_HERE = "no activity in this process or sub-process has a compensation handler"


def told(xml: str) -> list[str]:
    return [
        " ".join([one.of, one.kind, *(str(fact) for fact in one.facts.values())])
        for one in refused_in(xml)
        if one.kind in KINDS
    ]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (drawn(FLOWS, A, B, ALL), [f"e undoes_nothing {NOTHING_HERE}"]),
        (drawn("s>A A>B B>l l>e", A, B, THROWN), [f"l undoes_nothing {NOTHING_HERE}"]),
        (drawn(FLOWS, A, B, UNDONE, ALL), []),
        (drawn(FLOWS, A, B, UNDONE, OF.format("A")), []),
        (drawn(FLOWS, A, B, UNDONE, OF.format("B")), ["e undoes_nothing B has no compensation handler"]),
        (drawn(FLOWS, A, B, UNDONE, OF.format("nowhere")), []),
        (drawn(FLOWS, A, B, AT_A, HANDLER, ALL), ["c event_unconnected A"]),
        (drawn(FLOWS, A, B, AT_A, HANDLER, OF.format("A")), ["c event_unconnected A"]),
        (drawn(FLOWS, A, B, AT_A, U, LINE), ["c event_unconnected A"]),
        (drawn(FLOWS + " c>U", A, B, AT_A, U, ALL), ["c event_unconnected A"]),
        (drawn(FLOWS, A, B, HANDLER, ALL), ["U handler_unconnected"]),
        (drawn(FLOWS, A, B, UNDONE), []),
        (drawn(BEHIND_SUB, SUB.format(A + UNDONE), B, ALL), []),
        (drawn(BEHIND_SUB, SUB.format(A + UNDONE), B, OF.format("S")), []),
        (drawn(BEHIND_SUB, SUB.format(A), B, OF.format("S")), ["e undoes_nothing S has no compensation handler"]),
        (drawn(BEHIND_SUB, SUB.format(A + BY_EVENT.format("<compensateEventDefinition/>", "")), B, ALL), []),
        (
            drawn("s>B B>S", B, SUB.format(A + ALL), UNDONE.replace('"A"', '"B"')),
            [f"e undoes_nothing {NOTHING_HERE}"],
        ),
        (drawn(FLOWS, A, B, UNDONE, BY_EVENT.format("", ALL.replace('"e"', '"e1"'))), []),
        (drawn(FLOWS, A, B, UNDONE, BY_EVENT.format("", OF.format("A").replace('"e"', '"e1"'))), []),
    ],
)
def test_compensation_that_undoes_nothing_is_told_once_where_it_is_put_right(xml: str, expected: list[str]) -> None:
    assert sorted(told(xml)) == sorted(expected)
