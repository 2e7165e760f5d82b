"""A look that fails is told, and that it succeeds again."""

from __future__ import annotations

import pytest

from tests.support.fakes import Events
from worker.runtime.sight import Sight


@pytest.mark.parametrize(("each_time", "told"), [(False, 2), (True, 3)])
def test_a_failure_is_told_for_each_reason_or_each_time_and_its_end_once(*, each_time: bool, told: int) -> None:
    events = Events()
    sight = Sight(events, "waiting.not_seen", "waiting.seen", each_time=each_time, look="poll")
    sight.works()
    assert (events.names(), sight.is_lost) == ([], False)
    for reason in ("away", "away", ""):
        sight.fails(reason)
    assert (events.names(), sight.is_lost, sight.failures) == (["waiting.not_seen"] * told, True, 3)
    sight.works()
    sight.works()
    assert (events.names()[told:], sight.is_lost) == (["waiting.seen"], False)
    assert [facts["look"] for _, facts in events.seen] == ["poll"] * (told + 1)
