"""With one call to the portal at once, no caller waits for its turn while it holds one, whatever is answered."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from tests.support.acts_scene import ActsScene
from tests.support.engine_admin import wait_until
from tests.support.proxy import AFTER, NEVER, Harm

CALLS = ("tasks.task.add", "tasks.task.list", "batch", "task.dependence.add", "imena.camunda.sync")

ONE = {"CAMUNDA_MAX_IN_FLIGHT": "1", "CAMUNDA_CLOCK_SKEW_SECONDS": "60"}
PATIENT = {"BITRIX_REQUEST_TIMEOUT": "60", "CAMUNDA_LOCK_SECONDS": "60"}
"""A call that is given up goes on at the portal, beside the next one."""


@pytest.mark.parametrize("harm", [*AFTER.values(), *NEVER.values()], ids=[*AFTER, *NEVER])
def test_creates_doubts_acts_look_ups_and_syncs_go_on(harm: Harm, tmp_path: Path) -> None:
    with BuiltinEngine() as engine, ActsScene(engine.base_url, tmp_path) as scene:
        met: Counter[str] = Counter()

        def first_two(name: str, _: object) -> Harm | None:
            met[name] += name in CALLS
            return harm if 0 < met[name] <= 2 else None

        scene.portal_proxy.meddle = first_two
        scene.start_instances(4)
        scene.worker(**ONE, **PATIENT).start()
        scene.verdict(120.0)
        assert all(met[name] > 2 for name in CALLS), met
        wait_until(lambda: all(call.finished for call in scene.portal.requests()), "every call answered")
        spans = sorted((call.started, call.finished or 0.0) for call in scene.portal.requests())
        assert all(ended <= began for (_, ended), (began, _) in pairwise(spans)), "two calls at once"
