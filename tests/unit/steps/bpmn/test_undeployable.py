"""What an unfinished diagram lacks is found before the engine refuses it; `tests/acceptance` asks the engines."""

from __future__ import annotations

import pytest

from tests.support.undeployable_models import DEPLOYED, REFUSED
from worker.steps.bpmn.refused import refused_in
from worker.words.findings.catalogue import FINDINGS


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_engine_refuses_is_found_with_its_place(what: str) -> None:
    xml, expected = REFUSED[what]
    found = refused_in(xml.format(key="k"))
    assert [(one.of, one.kind) for one in found] == [(of.format(key="k"), kind) for of, kind in expected]
    for one in found:
        assert all(FINDINGS[one.kind].seen.format(**one.facts).in_(language) for language in ("ru", "en"))


@pytest.mark.parametrize("what", DEPLOYED)
def test_its_neighbours_are_quiet(what: str) -> None:
    assert [*refused_in(DEPLOYED[what].format(key="k"))] == []


def test_what_a_diagram_draws_must_be_there() -> None:
    """The engine reads the shapes too: one that was left behind is an error."""
    xml = REFUSED["an id twice"][0].format(key="k").replace('<bpmn:task id="Ask"/>', "")
    shape = '<BPMNDiagram id="d"><BPMNShape id="s" bpmnElement="{}"/></BPMNDiagram></bpmn:definitions>'
    drawn = [xml.replace("</bpmn:definitions>", shape.format(of)) for of in ("Ask", "gone")]
    assert [[(one.of, one.kind) for one in refused_in(one)] for one in drawn] == [[], [("s", "no_such")]]


def test_a_default_flow_that_leaves_elsewhere_is_none() -> None:
    """The engine deploys it, and fails where no condition is true."""
    xml = REFUSED["a default flow with a condition"][0].format(key="k")
    found = refused_in(xml.replace('default="g_e2"', 'default="Ask_g"'))
    assert [(one.of, one.kind, one.facts) for one in found] == [("g", "default_elsewhere", {"flow": "Ask_g"})]


def test_a_cancel_that_nothing_catches_is_told_though_the_engine_deploys_it() -> None:
    caught = '<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>'
    xml = DEPLOYED["a cancel event in a transaction"].format(key="k")
    assert [(one.of, one.kind) for one in refused_in(xml.replace(caught, ""))] == [("x", "cancel_uncaught")]
