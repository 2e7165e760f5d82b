"""A signal that interrupts the very event that throws it: the process ended there without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_answer_table import told
from tests.unit.steps.findings.test_missing_variables import model
from worker.steps.bpmn.refused import refused_in

SIGNAL = '<signalEventDefinition signalRef="stop"{}/>'
THROWS = '<intermediateThrowEvent id="it">{}{}</intermediateThrowEvent>'
CATCHES = (
    '<subProcess id="ess" triggeredByEvent="true"><startEvent id="es"{}>{}</startEvent><task id="Rej"/>'
    '<sequenceFlow id="r" sourceRef="es" targetRef="Rej"/></subProcess>'
)
FLOWS = ("s A", "A xg", "xg Sign ? A == 'ok'", "xg it *", "it Sign", "Sign e")
PLAIN, CAUGHT = THROWS.format("", SIGNAL.format("")), CATCHES.format("", SIGNAL.format(""))
LOCAL = '<extensionElements><inputOutput><inputParameter name="x">1</inputParameter></inputOutput></extensionElements>'
FORKED = ("s pf", "pf A", "pf B", "B e", *FLOWS[1:])


def _process(flows: tuple[str, ...], more: str, name: str = "stop") -> str:
    xml = model(*flows, more=more)
    return xml.replace(
        "<definitions>", f'<definitions><signal id="stop" name="{name}"/><signal id="same" name="{name}"/>'
    )


@pytest.mark.parametrize(
    ("flows", "more", "name", "is_told"),
    [
        (FLOWS, PLAIN + CAUGHT, "stop", True),
        (FLOWS, PLAIN.replace("intermediateThrowEvent", "endEvent") + CAUGHT, "stop", True),
        (FLOWS, PLAIN + CATCHES.format(' isInterrupting="false"', SIGNAL.format("")), "stop", False),
        (FLOWS, PLAIN + CAUGHT.replace('"stop"', '"other"'), "stop", False),
        (FLOWS, PLAIN + CAUGHT.replace('"stop"', '"same"'), "stop", True),
        (FLOWS, PLAIN, "stop", False),
        (FLOWS, THROWS.format("", SIGNAL.format(' async="true"')) + CAUGHT, "stop", False),
        (FLOWS, THROWS.format(LOCAL, SIGNAL.format("")) + CAUGHT, "stop", False),
        (FLOWS, PLAIN + CAUGHT, "stop_${number}", False),
        (FORKED, PLAIN + CAUGHT, "stop", False),
        (FLOWS, f'{PLAIN}<subProcess id="S">{CAUGHT}</subProcess>', "stop", False),
    ],
)
def test_it_is_told_where_nothing_runs_beside(
    flows: tuple[str, ...], more: str, name: str, is_told: bool, tmp_path: Path
) -> None:
    xml = _process(flows, more, name)
    found = [(one.of, one.facts["caught"]) for one in refused_in(xml) if one.kind == "signal_to_itself"]
    assert found == [("it", "ess")] * is_told
    if "intermediateThrowEvent" in more:
        [_, no] = told(xml, tmp_path) if is_told else ("", "")
        assert no == "no (НЕТ) → end of the process right behind event it" * is_told
