"""What is said of a pause: what is not known is never nothing."""

from __future__ import annotations

from typing import Any

import pytest

from worker.words.pauses import NOT_KNOWN, NOTHING_WAITS, meanwhile
from worker.words.phrase import Phrase


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"inHand": 0, "waiting": 0}, NOTHING_WAITS),
        ({"backlog": None, "inHand": 0}, NOT_KNOWN),
        (
            {"backlog": None, "inHand": 3},
            Phrase("Тем временем ждут: задач в работе: 3", "Waiting meanwhile: tasks in hand: 3"),
        ),
    ],
)
def test_nothing_waits_only_if_all_of_it_is_known(counts: dict[str, Any], said: Phrase) -> None:
    assert meanwhile(counts) == said
