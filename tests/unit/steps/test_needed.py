from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import given, strategies as st

from bitrix import transport
from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.mapping.test_mapping import a_mapper
from worker.config.settings import Settings, TopicSettings
from worker.engine.errors import EngineUnreachable
from worker.mapping.expectations import says
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.marks import EXPECTED_FIELD, MARKS as PLAIN, QUESTION_FIELD, WAIT_PROPERTY, plain
from worker.model import FetchedTask, PortalTask
from worker.run import Run
from worker.steps.needed import needed, unheard

TOPIC: dict[str, Any] = {
    "task": {"description": "{{ text }} {% for one in lines %}{{ one }}{% endfor %}", "UF_X": "{{ contract.number }}"},
    "result": {"x": "{{ task.id }} {{ later | default('') }}"},
    "wait": {"answer_variable": "{{ goes_to | default('answer') }}"},
}
NAMES = ("text", "lines", "contract", "later", "goes_to", "title", "responsibleId", "RESPONSIBLE_ID", "groupId", "tags")
MARKS = ("UF_RESULT_EXPECTED", "ufResultExpected", "UFRESULTEXPECTED", "uf_result_expected", "waitForCompletion")
OTHERS = ("big", "description", "UF_X", "external_task", "Title", "WAIT_FOR_COMPLETION", "ufResultQuestion")

VALUES: list[Any] = ["7", "x", None, True, ["a"], {"number": 1}]


def names(**topic: Any) -> list[str]:
    found = needed(TopicSettings(**topic))
    assert found is not None
    return list(found)


def test_what_templates_fields_and_marks_name_is_needed() -> None:
    found = names(**TOPIC)
    assert {"text", "lines", "contract", "later", "goes_to"} <= set(found)
    assert {"title", "responsibleId", "responsible_id", "RESPONSIBLE_ID", "parentId"} <= set(found)
    assert "loopCounter" in found, "or every answer of a multi-instance but the last would vanish"
    assert "big" not in found
    assert "one" not in found, "what a template sets itself is no variable"
    assert len(found) < 1000, "Oracle takes no more in one condition"


def test_a_field_with_a_template_needs_no_variable_of_its_name() -> None:
    assert "title" not in names(task={"title": "always this"})


@pytest.mark.parametrize("template", ["{{ variables }}", "{% for name in variables %}{{ name }}{% endfor %}"])
def test_a_template_that_asks_for_all_gets_all(template: str) -> None:
    assert needed(TopicSettings(task={"description": template})) is None
    assert needed(TopicSettings(result={"x": template})) is None


@pytest.mark.parametrize(
    "mark", [*MARKS, "Uf_Result_Expected", "UFResultExpected", "WAITFORCOMPLETION", "UfResultQuestion"]
)
def test_a_mark_is_fetched_in_each_spelling(mark: str) -> None:
    assert mark in names()


@st.composite
def spelt_somehow(draw: st.DrawFn) -> str:
    """A mark as the reading side takes it: letters in any case, underscores anywhere."""
    letters = draw(st.sampled_from(sorted(PLAIN)))
    cased = [draw(st.sampled_from((letter, letter.upper(), f"{letter}_"))) for letter in letters]
    return draw(st.sampled_from(("", "_"))) + "".join(cased)


def said(name: str) -> bool:
    """Whether a variable of this name counts as a mark."""
    return any(says(mark, fetched(variables={name: True})) for mark in (EXPECTED_FIELD, WAIT_PROPERTY, QUESTION_FIELD))


@given(spelt_somehow())
def test_a_mark_that_counts_is_fetched_or_told_of(name: str) -> None:
    assert said(name)
    assert name in names() or unheard(TopicSettings(), [name]) == {name: PLAIN[plain(name)]}


@pytest.mark.parametrize(
    "topic",
    [
        {"variables": "all"},
        {"task": {"description": "{{ variables.x }}"}},
        {"task": {"description": "{{ UF_ReSULT_EXPECTED }}"}},
    ],
)
def test_where_an_odd_spelling_is_fetched_it_is_heard(topic: dict[str, Any]) -> None:
    assert unheard(TopicSettings(**topic), ["UF_ReSULT_EXPECTED"]) == {}


def outcome(mapper: Mapper, task: FetchedTask) -> object:
    try:
        settled = (mapper.result(task, PortalTask(7, "x")), mapper.answer_variable(task), mapper.promise(task))
        return mapper.draft(task), settled
    except MappingFault as fault:
        return str(fault)


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    """Made once: its templates are compiled then."""
    return a_mapper(TOPIC["task"], TOPIC["result"], wait=TOPIC["wait"])


NEEDED = frozenset(names(**TOPIC))


@given(st.dictionaries(st.sampled_from(NAMES + MARKS + OTHERS), st.sampled_from(VALUES)))
def test_nothing_that_is_not_needed_makes_a_difference(mapper: Mapper, variables: dict[str, Any]) -> None:
    kept = {name: value for name, value in variables.items() if name in NEEDED}
    assert outcome(mapper, fetched(variables=kept)) == outcome(mapper, fetched(variables=variables))


def test_each_topic_is_fetched_with_the_variables_that_it_needs(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "camunda": {"base_url": "http://engine.invalid/engine-rest"},
        "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
        "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"},
        "topics": {
            "needed": {"task": {"title": "{{ subject }}"}},
            "all": {"variables": "all"},
            "named as a whole": {"task": {"description": "{{ variables }}"}},
        },
    }
    run = Run(Settings.model_validate(values), Events())
    sent: list[dict[str, Any]] = []

    def receive(_: object, __: str, body: bytes, *___: object, **____: object) -> Any:
        sent.extend(json.loads(body)["topics"])
        raise requests.ReadTimeout

    with patch.object(transport.Poster, "post", receive), pytest.raises(EngineUnreachable):
        run._parts.engine.fetch(list(values["topics"]), 1)
    run._parts.threads.drain()
    run._parts.ledger.close()
    asked = {topic["topicName"]: topic["variables"] for topic in sent}
    assert asked["all"] is None
    assert asked["named as a whole"] is None
    assert {"subject", "responsibleId", "UF_RESULT_EXPECTED", "loopCounter"} <= set(asked["needed"])
    assert "big" not in asked["needed"]
