"""A process that is stuck in its caller is told under the name of that one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from worker.engine.errors import EngineUnreachable
from worker.engine.incidents import Stuck
from worker.engine.step_life import KnownInstance
from worker.monitoring.stuck_places import StuckPlaces

CALLERS = {"kid": ("mid", "mid:1:b"), "mid": ("top", "top:1:c")}
MODELS = {"kid:1:a": {"ask"}, "mid:1:b": {"call"}, "top:1:c": {"way"}}
STUCK = Stuck("i", "i", "failedJob", "way", "kid", "kid:1:a", "no verdict", process_definition_key="kid")


class Engine:
    def __init__(self, *, away: bool = False) -> None:
        self.away, self.asked = away, list[str]()

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None:
        assert timeout
        self.asked.append(process_instance_id)
        if self.away:
            raise EngineUnreachable("process-instance", "away", doubtful=False)
        return CALLERS.get(process_instance_id)

    def kept_instances(self, ids: Sequence[str], *, timeout: float) -> Mapping[str, KnownInstance]:
        assert timeout
        return {id_: KnownInstance(id_, f"key of {id_}") for id_ in ids}


def has(definition_id: str, activity_id: str) -> bool | None:
    return activity_id in MODELS[definition_id] if definition_id in MODELS else None


def test_the_process_that_has_the_element_is_named_and_asked_for_once() -> None:
    engine = Engine()
    places = StuckPlaces(engine, has)
    for _ in range(2):
        found = places.of(STUCK)
        assert (found.process_definition_key, found.process_definition_id) == ("top", "top:1:c")
        assert (found.process_instance_id, found.business_key) == ("top", "key of top"), (
            "nothing helps at the called one"
        )
    assert engine.asked == ["kid", "mid"]


def test_an_engine_that_was_away_is_asked_again() -> None:
    """One lost answer left the wrong instance on the page for good."""
    engine = Engine(away=True)
    places = StuckPlaces(engine, has)
    assert places.of(STUCK) is STUCK
    engine.away = False
    assert places.of(STUCK).process_instance_id == "top"


@pytest.mark.parametrize(
    "one",
    [
        Stuck("i", "i", "failedJob", "ask", "kid", "kid:1:a", "its own"),
        Stuck("i", "i", "failedJob", "nowhere", "kid", "kid:1:a", "in no model"),
        Stuck("i", "i", "failedJob", "way", "kid", "unread:1:x", "not read"),
        Stuck("i", "i", "failedJob", None, "kid", "kid:1:a", "no element"),
    ],
)
def test_otherwise_it_stays_as_the_engine_tells_it(one: Stuck) -> None:
    assert StuckPlaces(Engine(), has).of(one) is one
    assert StuckPlaces(Engine(away=True), has).of(STUCK) is STUCK
