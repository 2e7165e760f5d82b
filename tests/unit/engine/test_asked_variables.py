from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import requests_mock

from bitrix import transport
from bitrix.wire import Oversized
from worker.config.settings import CamundaSettings
from worker.engine.asked_variables import FIRST_PAUSE, LONGEST_PAUSE, MOST_BESIDES, PROVEN, AskedVariables
from worker.engine.client import Engine
from worker.engine.errors import (
    AnswerTooLong,
    ContinuationFailed,
    EngineBusy,
    EngineDenied,
    EngineError,
    EngineUnreachable,
    PayloadRefused,
)
from worker.engine.line import FETCH_BYTES, WHOLE_BYTES
from worker.runtime import clock
from worker.words.phrase import Phrase

BASE = "http://engine:8080/engine-rest"
FETCH = f"{BASE}/external-task/fetchAndLock"
NEEDED = ("title", "scan")
LITTLE = {"type": "String", "value": "x" * 10}
LARGE = {"type": "Json", "value": "x" * MOST_BESIDES}
FILE = {"type": "File", "value": None, "valueInfo": {"filename": "a.pdf"}}
GONE_CLASS = {"type": "Object", "value": "rO0ABXNy", "valueInfo": {"objectTypeName": "no.such.Class"}}
MANY = {f"v{number}": LITTLE for number in range(500)}
POISON = ContinuationFailed("fetchAndLock", "Cannot deserialize")


class Scene:
    """What is asked for, what is told, and a clock that stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(clock, "boottime", lambda: self.now)
        self.told: list[tuple[str, Phrase]] = []
        named = {"a": NEEDED, "b": NEEDED, "named": NEEDED, "whole": None}
        self.asked = AskedVariables(named, ["a", "b", "whole"], lambda *said: self.told.append(said))

    def fetch(self, tasks: int = 50, /, **came: list[dict[str, Any]]) -> tuple[int, set[str], list[dict[str, Any]]]:
        """How many were asked for, of which topics all variables were, and the variables of each row of the answer."""
        most = self.asked.begin(tasks)
        whole = {topic for topic in ("a", "b", "named") if self.asked.of(topic) is None}
        given = [{"topicName": topic, "variables": one} for topic, steps in came.items() for one in steps[:most]]
        return most, whole, [row["variables"] for row in self.asked.answered(given)]

    def proven(self, topic: str = "a") -> None:
        while topic not in self.whole() or self.asked.begin(50) < 50:
            self.fetch(**{topic: [{"v": LITTLE}] * 50})

    def whole(self) -> set[str]:
        self.asked.begin(50)
        return {topic for topic in ("a", "b") if self.asked.of(topic) is None}


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def test_a_topic_is_tried_with_few_steps_before_all_variables_of_many_are_asked_for(scene: Scene) -> None:
    steps = [{"v": LITTLE}] * 50
    asked = [scene.fetch(a=steps)[:2] for _ in range(5)]
    assert asked == [(50, set()), (1, {"a"}), (4, {"a"}), (20, {"a"}), (50, {"a"})]
    assert scene.told == []


def test_after_a_trial_of_several_or_in_vain_the_next_fetch_brings_as_many_as_are_wanted(scene: Scene) -> None:
    little = [{"v": LITTLE}] * 50
    assert scene.fetch(a=little, b=little)[:2] == (50, set())
    assert scene.fetch(a=little)[:2] == (1, {"a", "b"})
    assert scene.fetch(b=little)[:2] == (50, set()), "several were tried"
    assert scene.fetch(a=little)[:2] == (1, {"b"})
    assert scene.fetch(a=little)[:2] == (50, set()), "none of b came"
    assert scene.fetch(a=little)[:2] == (4, {"a"})
    assert scene.fetch(a=little)[:2] == (20, {"a"}), "only a was tried, and came"


@pytest.mark.parametrize("number", [2, 50])
def test_topics_whose_steps_come_in_turn_do_not_keep_each_other_at_few_steps_for_each_fetch(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """With fifty, none was ever proven, and a backlog of any length came step by step."""
    monkeypatch.setattr(clock, "boottime", lambda: 1000.0)
    topics, free = [f"t{one}" for one in range(number)], 99
    asked = AskedVariables(dict.fromkeys(topics, NEEDED), topics)
    backlog = itertools.cycle(topics)
    sizes = []
    for _ in range(300):
        sizes.append(asked.begin(free))
        asked.answered([{"topicName": next(backlog), "variables": {"v": LITTLE}} for _ in range(sizes[-1])])
    assert sizes.count(free) >= len(sizes) / 2


def test_topics_whose_steps_come_at_random_are_proven_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "boottime", lambda: 1000.0)
    topics, chosen = ["x", "y", "z"], random.Random(1)
    asked = AskedVariables(dict.fromkeys(topics, NEEDED), topics)
    for _ in range(100):
        most = asked.begin(99)
        asked.answered([{"topicName": chosen.choice(topics), "variables": {"v": LITTLE}} for _ in range(most)])
    assert asked.begin(99) == 99
    assert [asked.of(topic) for topic in topics] == [None, None, None]


def test_a_topic_without_steps_does_not_limit_the_others(scene: Scene) -> None:
    scene.proven("a")
    scene.fetch(a=[{}], b=[{}])
    assert scene.fetch()[:2] == (1, {"a", "b"}), "steps of it may come in numbers"
    assert scene.fetch()[:2] == (50, {"a"}), "none came"


def test_a_step_has_the_same_variables_however_they_were_asked_for(scene: Scene) -> None:
    variables = {"title": LITTLE, "Uf_ReSULT_Expected": LITTLE, "v": LITTLE}
    scene.proven("a")
    [got] = scene.fetch(a=[dict(variables)])[2]
    assert got == {"title": LITTLE}
    [got] = scene.fetch(whole=[dict(variables)])[2]
    assert got == variables, "a template uses them as a whole"


@pytest.mark.parametrize(
    ("besides", "cheap"),
    [
        ({}, True),
        ({"v": LITTLE}, True),
        ({"title": LARGE}, True),
        ({"scan": FILE}, True),
        ({"v": GONE_CLASS}, True),
        ({"v": 7}, True),
        ({"v": {"type": "Integer", "value": 10**18}}, True),
        ({"v": LARGE}, False),
        ({"v": FILE}, False),
        (MANY, False),
    ],
)
def test_only_what_is_not_needed_decides(scene: Scene, besides: dict[str, Any], *, cheap: bool) -> None:
    scene.proven("a")
    scene.proven("b")
    scene.fetch(a=[besides] * 5, b=[{"v": LITTLE}])
    assert scene.whole() == ({"a", "b"} if cheap else {"b"})
    assert [topic for topic, _ in scene.told] == ([] if cheap else ["a"])


def test_it_is_the_mean_that_counts(scene: Scene) -> None:
    scene.proven("a")
    scene.fetch(a=[{"v": LARGE}, *[{"v": LITTLE}] * 9])
    assert scene.whole() == {"a"}


def test_a_large_topic_is_looked_at_again_ever_more_rarely_and_told_once(scene: Scene) -> None:
    scene.proven("a")
    pauses = []
    for _ in range(6):
        began = scene.now
        scene.fetch(a=[{"v": LARGE}] * 9)
        while "a" not in scene.whole():
            scene.fetch(a=[{}])
            scene.now += FIRST_PAUSE / 2
        assert scene.asked.begin(50) == 1, "with one step"
        pauses.append(scene.now - began)
    assert pauses == [60, 240, 960, 3600, 3600, 3600]
    assert len(scene.told) == 1
    scene.proven("a")
    scene.now += 2 * LONGEST_PAUSE
    scene.fetch(a=[{"v": LARGE}])
    scene.fetch(a=[{}])
    scene.now += FIRST_PAUSE
    assert scene.whole() == {"a"}, "after a long time without trouble the pause is short again"


@pytest.mark.parametrize(
    ("error", "by_name"),
    [
        (POISON, True),
        (PayloadRefused("fetchAndLock", "Cannot find serializer"), True),
        (AnswerTooLong("fetchAndLock", "", doubtful=True), True),
        (EngineUnreachable("fetchAndLock", "refused", doubtful=False), False),
        (EngineDenied("fetchAndLock", ""), False),
        (EngineBusy("fetchAndLock", ""), False),
    ],
)
def test_after_a_fault_that_variables_may_cause_names_are_used(
    scene: Scene, error: EngineError, *, by_name: bool
) -> None:
    scene.proven("a")
    scene.asked.begin(50)
    assert scene.asked.failed(error) is by_name
    assert scene.whole() == (set() if by_name else {"a"})
    assert [topic for topic, _ in scene.told] == (["a"] if by_name else [])


def test_an_answer_that_was_lost_blames_the_variables_only_if_it_is_lost_again(scene: Scene) -> None:
    """A proxy's 502 changed how they are fetched, and was told as the reason."""
    lost = EngineUnreachable("fetchAndLock", "", doubtful=True)
    scene.proven("a")
    for _ in range(2):
        scene.asked.begin(50)
        assert scene.asked.failed(lost), "the next fetch asks by name"
        scene.asked.begin(50)
        assert not scene.asked.failed(lost), "the engine is away"
        assert scene.whole() == set()
        scene.fetch(a=[{}])
        assert scene.fetch(a=[{}])[1] == {"a"}, "it was away, and that is over"
    assert scene.told == []
    scene.asked.begin(50)
    scene.asked.failed(lost)
    scene.fetch(a=[{}])
    scene.asked.begin(50)
    assert scene.asked.failed(lost)
    assert [topic for topic, _ in scene.told] == ["a"], "only with all variables the answer is lost"
    scene.fetch(a=[{}])
    scene.now += FIRST_PAUSE / 2
    assert scene.whole() == set()


def test_a_fault_of_a_fetch_by_name_is_not_the_fault_of_other_variables(scene: Scene) -> None:
    scene.asked.begin(50)
    assert not scene.asked.failed(POISON)


# --- at the engine's client ---


def row(number: int, **variables: Any) -> dict[str, Any]:
    ours = {"topicName": "a", "workerId": "w", "activityId": "x", "processInstanceId": "i", "variables": variables}
    return ours | {"id": f"t{number}"}


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mock:
        yield mock


@pytest.fixture
def engine(http: requests_mock.Mocker) -> Engine:
    """One that is about to ask for all variables."""
    asked = AskedVariables({"a": NEEDED}, ["a"])
    made = Engine(CamundaSettings(base_url=BASE), "w", {"a": 300.0}, connections=2, asked=asked)
    for number in range(4):
        http.post(FETCH, json=[row(PROVEN * number + one, v=LITTLE, title=LITTLE) for one in range(PROVEN)])
        assert made.fetch(["a"], 50).tasks[0].variables == {"title": LITTLE["value"]}
    return made


Answer = Callable[[requests.PreparedRequest, Any], Any]


def whole_is_answered(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer, {"json": [row(1, title=LITTLE)]}]


def asked_for(http: requests_mock.Mocker) -> list[bool]:
    """Of the newest two fetches: whether all variables were asked for."""
    return [json.loads(one.body)["topics"][0]["variables"] is None for one in http.request_history[-2:]]


def test_a_variable_that_the_engine_cannot_read_stops_no_topic(engine: Engine, http: requests_mock.Mocker) -> None:
    """It answers that at once, and nothing is locked: the same fetch goes on by name."""
    said = {"type": "ProcessEngineException", "message": "cannot deserialize object in variable 'v'", "code": 0}
    http.post(FETCH, whole_is_answered({"status_code": 500, "json": said}))
    assert [task.id for task in engine.fetch(["a"], 50).tasks] == ["t1"]
    assert asked_for(http) == [True, False]


@pytest.mark.parametrize(
    "answer",
    [
        {"exc": requests.ConnectionError(Oversized("answer_too_long"))},
        {"status_code": 500, "text": "Infinite recursion (through reference chain: java.util.HashMap)"},
        {"exc": requests.ReadTimeout},
        {"text": "<html>"},
    ],
    ids=["too long", "unwritten", "too late", "a page"],
)
def test_an_answer_with_all_variables_that_is_lost_blames_no_task(
    engine: Engine, http: requests_mock.Mocker, answer: dict[str, Any]
) -> None:
    """Neither as an answer that was too long nor as a refused fetch: either may end at an incident of the step."""
    http.post(FETCH, whole_is_answered(answer))
    with pytest.raises(EngineUnreachable) as caught:
        engine.fetch(["a"], 50)
    assert (type(caught.value), caught.value.doubtful) == (EngineUnreachable, True)
    assert [task.id for task in engine.fetch(["a"], 50).tasks] == ["t1"]
    assert asked_for(http) == [True, False]


def test_a_fetch_of_all_variables_has_a_lower_limit(
    engine: Engine, http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are expected to be small; those that are needed have the full one."""
    limits = []
    post = transport.Poster.post

    def posted(*given: Any, most_bytes: int) -> requests.Response:
        limits.append(most_bytes)
        return post(*given, most_bytes=most_bytes)

    monkeypatch.setattr(transport.Poster, "post", posted)
    http.post(FETCH, json=[row(1, v=LARGE)])
    engine.fetch(["a"], 50)
    engine.fetch(["a"], 50)
    assert limits == [WHOLE_BYTES, FETCH_BYTES]


def test_a_bare_fetch_asks_for_one_harmless_variable(engine: Engine, http: requests_mock.Mocker) -> None:
    http.post(FETCH, json=[row(1)])
    engine.fetch_bare(["a"], "heap space")
    assert json.loads(http.request_history[-1].body)["topics"][0]["variables"] == ["loopCounter"]
