"""A reason that the ledger keeps in the language of the log is shown in that of the page."""

from __future__ import annotations

import pytest

from bitrix.causes import Cause, Trouble
from worker.words.cause_words import CATALOGUE
from worker.words.causes import in_words
from worker.words.phrase import LANGUAGES, Language, unchanged
from worker.words.said_again import said_again


def troubles(cause: Cause) -> list[Trouble]:
    """With all facts, with those that a failed call usually has, and with none."""
    return [
        Trouble("portal", cause, "tasks.task.add", "b24.example:443", "502 Bad Gateway", "ERR", 502, 50, 70, 3_000_000),
        Trouble("engine", cause, "complete", "camunda:8080", "is suspended: x (y)"),
        Trouble("portal", cause, "tasks.task.add", "b24.example:443"),
        Trouble("ledger", cause, place="/data/worker.db", said="database is locked"),
        Trouble("portal", cause),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", [*CATALOGUE])
def test_every_cause_is_read_back_from_either_language(cause: Cause, language: Language) -> None:
    for trouble in troubles(cause):
        said = in_words(trouble)
        assert said_again(said.in_(language), cause.value) == said


@pytest.mark.parametrize("cause", ["gateway", None, "of_a_later_version"])
def test_what_is_no_sentence_of_its_cause_stays_as_it_was_written(cause: str | None) -> None:
    assert said_again("http_502", cause) == unchanged("http_502")
