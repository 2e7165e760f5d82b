"""Steps to which no flow leads: the engine passed them by, and nobody was asked, without a word."""

from __future__ import annotations

import pytest

from tests.unit.steps.bpmn.test_joins import boundary, drawn
from worker.steps.bpmn.refused import refused_in

ASKS = '<serviceTask id="{}" type="external" topic="t"{}/>'
A, B, C = (ASKS.format(one, "") for one in "ABC")


def told(xml: str) -> list[str]:
    return [one.of for one in refused_in(xml) if one.kind == "never_begins"]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (drawn("s>A A>e", A), []),
        (drawn("s>A A>e", A, B), ["B"]),
        (drawn("s>A A>e B>C C>e", A, B, C), ["B"]),
        (drawn("s>A A>e B>e C>e", A, B, C), ["B", "C"]),
        (drawn("s>A A>e u>B u>C", A, B, C, '<exclusiveGateway id="u"/>'), ["u"]),
        (drawn("s>A A>e B>A", A, B), ["B"]),
        (drawn("s>A A>e B>C C>B", A, B, C), ["B"]),
        (drawn("s>A A>e B>C C>B u>C", A, B, C, '<task id="u"/>'), ["u"]),
        (drawn("s>A A>e", A, '<userTask id="u"/>'), []),
        (drawn("s>A A>e t>B B>e", A, B, boundary("A")), []),
        (drawn("s>A A>e t>B B>e", A, B, boundary("A", cancels="false")), []),
        (drawn("s>A A>e t>B B>e", A, B, boundary("C"), C), ["C"]),
        (drawn("s>A A>e", A, ASKS.format("B", ' isForCompensation="true"')), []),
        (
            drawn("s>A A>e", A, f'<subProcess id="S" triggeredByEvent="true">{B}<startEvent id="x"/></subProcess>'),
            ["B"],
        ),
        (
            drawn(
                "s>A A>e",
                A,
                f'<subProcess id="S" triggeredByEvent="true">{B}<startEvent id="x"/>'
                '<sequenceFlow id="f" sourceRef="x" targetRef="B"/></subProcess>',
            ),
            [],
        ),
        (drawn("s>A A>e", A, f'<subProcess id="S">{B}<startEvent id="x"/></subProcess>'), ["S"]),
        (drawn("s>S S>e", f'<subProcess id="S">{B}<startEvent id="x"/></subProcess>'), ["B"]),
        (drawn("s>S S>e", f'<subProcess id="S">{B}</subProcess>'), []),
        (drawn("A>e", A, B), []),
    ],
)
def test_a_step_without_a_way_from_the_start_is_told(xml: str, expected: list[str]) -> None:
    assert sorted(told(xml)) == sorted(expected)
