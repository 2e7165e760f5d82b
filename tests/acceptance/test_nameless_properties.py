"""An extension property without a name: the engine locks what it then cannot hand out, and whatever came with it."""

from __future__ import annotations

from functools import partial

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

NAMELESS = '<camunda:properties><camunda:property id="Property_1" value="y"/></camunda:properties>'


def test_it_stands_in_nobodys_way_and_ends_at_a_person_who_reads_the_cure(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}, extensions=NAMELESS))
    admin.deploy(sequence(f"{key}_good", {"ours": key}))
    bad = [admin.start(key) for _ in range(2)]
    good = [admin.start(f"{key}_good") for _ in range(4)]
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}").start()
    wait_until(lambda: all(admin.ended(one) for one in good), "the others are served", 100)
    for instance in bad:
        [incident] = wait_until(partial(admin.incidents, instance), "the incident", 100)
        assert "ours: " in incident["incidentMessage"]
        assert "(Property_1)" in incident["incidentMessage"]
    assert worker.wait_for("fetch.refused")
    assert len(portal.tasks()) == len(good)
