"""Steps of a topic or tenant that nobody serves are told, on every engine."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

OURS, OTHERS = "tenant_a", "tenant_b"


def waits_at(admin: Admin, topic: str, tenant: str | None = None) -> str:
    admin.deploy(sequence(topic, {"step": topic}), tenant)
    return admin.start(topic, tenant_id=tenant)


def test_a_misspelt_topic_of_a_model_is_told_by_check_and_by_the_log(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    slip, other = f"{key[:-2]}{key[-1]}", f"x{key[::-1]}"
    instances = [waits_at(admin, topic) for topic in (slip, other)]
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en")
    said = worker.command("check")
    assert f"WARN topic {slip}: 1 waiting, not served by this worker" in said.stdout
    assert f"the model: {key}?" in said.stdout
    assert f"{other} (1)" in said.stdout
    worker.start()
    [told] = worker.wait_for("topics.unserved", topic=slip)
    assert (told["waiting"], told["meant"], told["level"]) == (1, key, "warning")
    worker.wait_for("topics.of_others", topic=other)
    assert worker.stop() == 0
    assert not worker.events("fetch.paused")
    assert all(admin.task(instance)["workerId"] is None for instance in instances)


def test_a_topic_of_another_tenant_only_is_none_of_our_business(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    theirs, ours = f"{key}_b", f"{key}_a"
    waits_at(admin, theirs, OTHERS)
    waits_at(admin, ours, OURS)
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", CAMUNDA_TENANT_ID=OURS)
    said = worker.command("check").stdout
    assert f"WARN topic {ours}" in said
    assert theirs not in said
    worker.start()
    worker.wait_for("topics.unserved", topic=ours)
    assert worker.stop() == 0
    assert not worker.events("topics.unserved", topic=theirs)


@pytest.mark.parametrize("without_tenant", [False, True])
def test_a_step_without_tenant_is_told_where_such_are_served(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, without_tenant: bool
) -> None:
    waits_at(admin, f"{key}_x")
    chosen = {"CAMUNDA_WITHOUT_TENANT": "true"} if without_tenant else {"CAMUNDA_TENANT_ID": OURS}
    said = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **chosen).command("check").stdout
    assert (f"WARN topic {key}_x" in said) == without_tenant


def test_a_misspelt_tenant_is_told_by_check_and_by_the_log(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    waits_at(admin, key, f"t_{key}")
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", CAMUNDA_TENANT_IDS=f"t_{key}x")
    assert f"FAIL tenants: unknown to the engine: t_{key}x → t_{key}?" in worker.command("check").stdout
    worker.start()
    [told] = worker.wait_for("tenants.unknown")
    assert told["tenants"] == f"t_{key}x → t_{key}?"
    assert worker.stop() == 0
    known = worker_for(engine.base_url, key, LOG_LANGUAGE="en", CAMUNDA_TENANT_ID=f"t_{key}", name="right")
    assert f"ok   tenants: t_{key}" in known.command("check").stdout
    known.start()
    wait_until(lambda: known.events("task.completed") or known.events("task.creating"), "work")
    assert known.stop() == 0
    assert not known.events("tenants.unknown")


def test_a_step_that_another_worker_keeps_for_a_year_is_told_by_check_and_by_the_log(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    instances = [waits_at(admin, key) for _ in range(3)]
    for worker_id, seconds in (("old", 365 * 86_400), ("fellow", 600)):
        topics = [{"topicName": key, "lockDuration": seconds * 1000}]
        fetch = {"workerId": worker_id, "maxTasks": 1, "topics": topics}
        assert len(admin.call("POST", "/external-task/fetchAndLock", fetch).json()) == 1
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en")
    said = worker.command("check").stdout
    assert f"WARN locks of topic {key}: 1 locked for more than a day by old" in said
    assert "takeover --from-worker old" in said
    worker.start()
    [told] = worker.wait_for("topics.locked_away", topic=key)
    assert (told["count"], told["holders"], told["level"]) == (1, "old", "warning")
    wait_until(lambda: sum(admin.ended(one) for one in instances) == 1, "the free one is served")
    assert worker.stop() == 0
