"""One thing in several spellings: what is said nearest to the step counts, and nobody guesses between two."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import fetched
from tests.unit.waiting.test_conclusions import Bitrix
from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.spellings import Near, nothing_known
from worker.steps.bpmn.definition import steps_in

PARAMETER = '<extensionElements><inputOutput><inputParameter name="{}"/></inputOutput></extensionElements>'
LOOP = '<multiInstanceLoopCharacteristics elementVariable="{}"/>'
MODEL = """<definitions><process id="p"><subProcess id="around">{around}<serviceTask id="Task_Create">{step}
</serviceTask></subProcess></process></definitions>"""


def near(step: str = "", around: str = "") -> Near:
    return lambda: steps_in(MODEL.format(step=step, around=around))["Task_Create"].near


def fields(variables: dict[str, Any], near: Near = nothing_known, question: str = "") -> dict[str, Any]:
    properties = {"UF_RESULT_EXPECTED": "true"} | ({"UF_RESULT_QUESTION": question} if question else {})
    mapper = Mapper({fetched().topic: TopicSettings()}, Bitrix(), portal_task_url=lambda *_: "", language="en")
    return dict(mapper.draft(fetched(variables=variables, extension_properties=properties), near).fields)


@pytest.mark.parametrize(
    ("step", "around"),
    [
        (PARAMETER.format("responsible_id"), ""),
        (LOOP.format("responsible_id"), ""),
        ("", PARAMETER.format("responsible_id")),
        ("", LOOP.format("responsible_id")),
        (PARAMETER.format("responsible_id"), PARAMETER.format("responsibleId")),
        (PARAMETER.format("responsible_id") + LOOP.format("responsibleId"), ""),
        (LOOP.format("responsible_id"), LOOP.format("responsibleId")),
    ],
)
def test_what_is_said_nearest_to_the_step_is_taken_in_whatever_spelling(step: str, around: str) -> None:
    given = fields({"responsibleId": 7, "responsible_id": 42}, near(step, around))
    assert given["RESPONSIBLE_ID"] == 42
    assert fields({"title": "the step", "TITLE": "the process"}, near(PARAMETER.format("title")))["TITLE"] == "the step"


def test_an_empty_parameter_of_the_step_hides_the_variable_of_the_process_in_another_spelling_too() -> None:
    given = fields({"groupId": 9, "group_id": ""}, near(PARAMETER.format("group_id")))
    assert "GROUP_ID" not in given


@pytest.mark.parametrize("step", ["", PARAMETER.format("title")])
@pytest.mark.parametrize(
    "spellings", [("responsibleId", "responsible_id"), ("responsible_id", "RESPONSIBLE_ID"), ("deadline", "DEADLINE")]
)
def test_between_two_spellings_that_say_different_things_nobody_guesses(step: str, spellings: tuple[str, str]) -> None:
    for known in (near(step), nothing_known):
        with pytest.raises(MappingFault) as caught:
            fields(dict(zip(spellings, (7, 42), strict=True)), known)
        assert f"{spellings[0]} = 7, {spellings[1]} = 42: two spellings of one name" in str(caught.value)
        assert "Leave one of them, or give the step an input parameter" in str(caught.value)


BOTH = (PARAMETER.format("responsible_id") + PARAMETER.format("responsibleId")).replace(
    "</inputOutput></extensionElements><extensionElements><inputOutput>", ""
)


@pytest.mark.parametrize(("step", "around", "own"), [(BOTH, "", True), ("", BOTH, False)])
def test_the_cure_of_two_spellings_is_one_that_helps(step: str, around: str, own: bool) -> None:
    with pytest.raises(MappingFault) as caught:
        fields({"responsibleId": 7, "responsible_id": 42}, near(step, around))
    assert ("the step itself sets one thing twice" in str(caught.value)) is own
    assert ("give the step an input parameter" in str(caught.value)) is not own


@pytest.mark.parametrize(("one", "other"), [(7, 7), (7, "7 "), (None, 7), (7, ""), ([], 7)])
def test_two_spellings_that_say_the_same_or_of_which_one_says_nothing_do_no_harm(one: object, other: object) -> None:
    assert fields({"responsibleId": one, "responsible_id": other})["RESPONSIBLE_ID"] == 7


def test_a_question_is_the_steps_own_before_any_of_the_process() -> None:
    asked = {"UF_RESULT_QUESTION": "Theirs?", "ufResultQuestion": "Ours?"}
    own = near(PARAMETER.format("ufResultQuestion"))
    assert fields(asked, own)["UF_RESULT_QUESTION"] == "Ours?"
    assert fields({"ufResultQuestion": "Theirs?"}, question="Ours?")["UF_RESULT_QUESTION"] == "Ours?"
    with pytest.raises(MappingFault, match="two spellings"):
        fields(asked)
    with pytest.raises(MappingFault, match="the step itself sets one thing twice"):
        fields({"ufResultQuestion": "This?"}, own, question="Or that?")


def test_the_model_is_looked_at_only_where_there_are_two_spellings() -> None:
    def never() -> tuple[()]:
        raise AssertionError

    assert fields({"responsibleId": 7}, never, question="?")["RESPONSIBLE_ID"] == 7
