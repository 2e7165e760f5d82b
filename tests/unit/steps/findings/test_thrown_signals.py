"""Where an answer leads behind which the process throws a signal that it catches itself: the table left that out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.bpmn.test_own_signals import CATCHES, FLOWS, SIGNAL, THROWS
from tests.unit.steps.findings.test_answer_table import told
from tests.unit.steps.findings.test_missing_variables import model

PLAIN, LATE = THROWS.format("", SIGNAL.format("")), THROWS.format("", SIGNAL.format(' async="true"'))
ENDS, STAYS = CATCHES.format("", SIGNAL.format("")), CATCHES.format(' isInterrupting="false"', SIGNAL.format(""))
AT = '<boundaryEvent id="es" attachedToRef="{}" cancelActivity="{}">{}</boundaryEvent><task id="Rej"/>{}'
TO_REJ = '<sequenceFlow id="r" sourceRef="es" targetRef="Rej"/>'
AT_B, AT_B_ENDS = (AT.format("B", ends, SIGNAL.format(""), TO_REJ) for ends in ("false", "true"))
AT_SUB, AT_SUB_STAYS = (AT.format("S", ends, SIGNAL.format(""), TO_REJ) for ends in ("true", "false"))
CATCH = f'<intermediateCatchEvent id="B">{SIGNAL.format("")}</intermediateCatchEvent>'
FORKED = ("s pf", "pf A", "pf B", "A xg", "xg xk ? A == 'ok'", "xg it *", "it xk", "xk pj", "pj Sign", "Sign e")
JOINED, AGAIN = (*FORKED, "B pj"), (*FORKED, "B xm", "xm pj")
JOIN = "step Sign (only once the other branches have come to gateway pj)"
OPEN = "if B has not ended yet"
BOTH = "step Sign and step Rej (by event es)"
THROWS_LAST = ("s A", "A xg", "xg Sign ? A == 'ok'", "xg it *", "it e2", "Sign e")
LAST = "end of the process right behind event it"
ANY = ""


def _no(xml: str, folder: Path) -> str:
    with_signal = xml.replace("<definitions>", '<definitions><signal id="stop" name="stop"/>')
    return " ".join(told(with_signal, folder)).partition("no (НЕТ) → ")[2]


@pytest.mark.parametrize(
    ("flows", "more", "no"),
    [
        (FLOWS, PLAIN + STAYS, BOTH),
        (FLOWS, PLAIN, ANY),
        (FLOWS, PLAIN + STAYS.replace('"stop"', '"other"'), ANY),
        (FLOWS, PLAIN + ENDS, LAST),
        (FLOWS, LATE + ENDS, "step Rej (by event es)"),
        (THROWS_LAST, LATE + ENDS, "end of the process (e2)"),
        (JOINED, PLAIN + ENDS, "step Rej (by event es)"),
        (JOINED, PLAIN + AT_B, f"{JOIN} and step Rej (by event es), {OPEN} → {JOIN}, otherwise"),
        (JOINED, PLAIN + AT_B_ENDS, f"step Rej (by event es), {OPEN} → {JOIN}, otherwise"),
        (
            AGAIN,
            PLAIN + AT_B_ENDS.replace('targetRef="Rej"', 'targetRef="xm"'),
            ANY,
        ),
        (JOINED, PLAIN + CATCH, ANY),
    ],
)
def test_the_flow_is_followed_to_what_catches_the_signal(
    flows: tuple[str, ...], more: str, no: str, tmp_path: Path
) -> None:
    assert _no(model(*flows, more=more), tmp_path) == no


@pytest.mark.parametrize(("at", "no"), [(AT_SUB, "step Rej (by event es)"), (AT_SUB_STAYS, BOTH)])
def test_an_event_at_the_sub_process_that_throws_catches_it(at: str, no: str, tmp_path: Path) -> None:
    xml = model("s A", "A xg", "xg e ? A == 'ok'", "xg it *", "it e", more=PLAIN)
    inside = xml[xml.index("<startEvent") : xml.index("</process>")]
    outside = '<sequenceFlow id="o1" sourceRef="S" targetRef="Sign"/><task id="Sign"/>'
    whole = f'<startEvent id="s0"/><sequenceFlow id="o" sourceRef="s0" targetRef="S"/>{outside}'
    found = _no(xml.replace(inside, f'{whole}<subProcess id="S">{inside}</subProcess>{at}'), tmp_path)
    assert found == no
