"""What the engines do after the answers at which `check --model` says that a process goes astray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.acceptance.test_where_answers_lead import Case, served
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from worker.steps.findings.played import Played, played

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows neither gateways nor conditions
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
FORK = ("s pf", "pf A1", "pf A2")
EACH = (*FORK, "A1 x1", "x1 pj ? A1 == 'ok'", "x1 e1 *", "A2 x2", "x2 pj ? A2 == 'ok'", "x2 e2 *", "pj A3", "A3 e")
INCLUSIVE = (*FORK, "A1 x1", "x1 ij ? A1 == 'ok'", "x1 e1 *", "A2 ij", "ij A3", "A3 e")
AGAIN = ("s xm", "xm pf", *FORK[1:], "A1 x1", "x1 pj ? A1 == 'ok'", "x1 xm *", "A2 pj", "pj A3", "A3 e")
BOTH = ("s A1", "A1 if", "if A2 ? A1 == 'ok'", "if A3 ? A1 == 'ok'", "if e1 *", "A2 xm", "A3 xm", "xm A4", "A4 e")
LATE = '<bpmn:boundaryEvent id="t" attachedToRef="A1"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
LATE += "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
TIMER = ("s A1", "A1 xg", "t A2", "A2 xg", "xg e ? A1 == 'ok' || A2 == 'ok'", "xg e1 *")
MIXED = (*FORK, "A1 pj", "A2 pj", "pj xg", "xg e ? A1 == 'ok' && A2 == 'ok'", "xg e1 ? A1 == 'no' && A2 == 'no'")
ALL_END = '<bpmn:endEvent id="e1"><bpmn:terminateEventDefinition/></bpmn:endEvent>'


def waits(found: Played, at: str) -> tuple[str, ...]:
    return found.waiting[at].after


def twice(found: Played, at: str) -> tuple[str, ...]:
    return found.twice[at].after


def stuck(found: Played, at: str) -> tuple[str, ...]:
    return found.stuck[at].after


def unset(found: Played, at: str) -> tuple[str, ...]:
    return next(one.after for (element, _), one in found.unset.items() if element == at)


def play(admin: Admin, key: str, instance: str, after: tuple[str, ...]) -> list[bool]:
    """Let it go like this; whether the engine has taken each answer."""
    open_, taken = dict[str, list[str]](), list[bool]()
    for one in after:
        step, _, answer = one.partition(": ")
        if not answer:
            [job] = admin.get("/job", processInstanceId=instance, timers="true")
            assert admin.call("POST", f"/job/{job['id']}/execute", {}).ok
            open_.clear()
            continue
        for task in fetched(admin, key):
            open_.setdefault(task["activityId"], []).append(task["id"])
        body = {"workerId": key, "variables": {step: {"value": answer}}}
        taken.append(admin.call("POST", f"/external-task/{open_[step].pop(0)}/complete", body).ok)
    return taken


def standing(admin: Admin, instance: str) -> list[str]:
    """Where the tokens of an instance stand."""
    tree = admin.get(f"/process-instance/{instance}/activity-instances")
    return sorted(one["activityId"] for one in (*tree["childActivityInstances"], *tree["childTransitionInstances"]))


@pytest.mark.parametrize(
    ("flows", "more", "said", "at", "stands"),
    [
        (EACH, "", waits, "pj", ["pj"]),
        (INCLUSIVE, "", waits, "ij", ["ij"]),
        (AGAIN, "", twice, "A2", ["A2", "A2"]),
        (BOTH, "", twice, "A4", ["A4", "A4"]),
        (TIMER, LATE, unset, "xg", None),
        (MIXED, "", stuck, "xg", None),
    ],
)
def test_the_engine_does_after_these_answers_what_is_said(
    engine: RunningEngine,
    admin: Admin,
    key: str,
    flows: tuple[str, ...],
    more: str,
    said: Callable[[Played, str], tuple[str, ...]],
    at: str,
    stands: list[str] | None,
    tmp_path: Path,
) -> None:
    assert engine.base_url
    xml = Case(flows, more).xml(key)
    after = said(played(key, served(xml, key, tmp_path)), at)
    assert after
    admin.deploy(xml)
    instance = admin.start(key)
    taken = play(admin, key, instance, after)
    if stands is None:
        assert taken == [*([True] * (len(taken) - 1)), False], "the engine cannot evaluate the condition"
    else:
        assert all(taken)
        assert [one for one in standing(admin, instance) if one in stands] == stands
        assert said is twice or not admin.tasks(instance)


def test_an_end_of_all_branches_ends_the_wait_as_no_finding_says(
    engine: RunningEngine, admin: Admin, key: str, tmp_path: Path
) -> None:
    assert engine.base_url
    xml = Case(tuple(one.replace("e2 *", "e1 *") for one in EACH), ALL_END).xml(key)
    found = played(key, served(xml, key, tmp_path))
    assert (found.waiting, found.twice, found.unset, found.whole) == ({}, {}, {}, True)
    admin.deploy(xml)
    instance = admin.start(key)
    assert play(admin, key, instance, ("A2: ok", "A1: no")) == [True, True]
    wait_until(lambda: admin.call("GET", f"/process-instance/{instance}").status_code == 404, "its end")
