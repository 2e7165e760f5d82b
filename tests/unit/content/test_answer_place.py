"""Nobody is asked whose answer would be lost in a local variable that the running step has already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.builders import draft, fetched
from worker.content.answer_place import AnswerPlace
from worker.mapping.faults import MappingFault
from worker.model import FetchedTask


class Locals:
    def __init__(self, place: str | None) -> None:
        self.place = place
        self.asked: list[str] = []

    def hiding(self, _: FetchedTask, name: str) -> str | None:
        self.asked.append(name)
        return self.place


def test_a_local_variable_of_the_answers_name_is_refused_before_the_question() -> None:
    task = fetched()
    asks = replace(draft(task), answer_variable="decision")
    with pytest.raises(MappingFault) as caught:
        AnswerPlace(Locals("Around")).complete(task, asks)
    assert "in the engine Around already has a local variable of this name" in caught.value.phrase.en
    assert caught.value.field == "decision"


def test_without_one_the_question_is_asked_and_without_a_question_the_engine_is_not() -> None:
    task, world = fetched(), Locals(None)
    asks = replace(draft(task), answer_variable="decision")
    assert AnswerPlace(world).complete(task, asks) is asks
    assert AnswerPlace(world).complete(task, draft(task)) == draft(task)
    assert world.asked == ["decision"]
