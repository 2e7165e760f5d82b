"""A running worker among odd answers: it lives, makes the tasks beside them, and tells of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.proxy import Harm, Proxy
from tests.support.worker_process import WorkerProcess

DEEP = "[" * 100_000
RAW: dict[str, str] = {
    "id": '{"id": ' + "9" * 5000 + "}",
    "no id": '{"id": null}',
    "id that is an address": '{"id": "../../x?"}',
    "half a letter": r'{"activityId": "\ud83d"}',
    "worker": '{"workerId": null}',
    "activity": '{"activityId": ["x"]}',
    "time": '{"createTime": {"a": 1}, "lockExpirationTime": 7}',
    "variables": '{"variables": [1]}',
    "variable": r'{"variables": {"title": {"type": "Json", "value": "' + DEEP + '"}, "x": 7}}',
    "properties": '{"extensionProperties": {"a": {"b": []}}}',
    "retries": '{"retries": -7}',
    "priority": '{"priority": 1e400}',
    "topic": '{"topicName": "of somebody else"}',
}
"""What replaces fields of one of two tasks, by name."""
PORTAL = (
    "9" * 5000,
    DEEP,
    '{"result": {"task": {"id": "' + "9" * 4000 + '"}}}',
    r'{"error": {"code": "\ud83d"}}',
    "[]",
)


def odd_fetches(odd: str) -> Callable[[str, Request], Harm | None]:
    """The first answer with two tasks has one more of its fields; each later one is as it is."""
    left = [odd]

    def meddle(call: str, _: Request) -> Harm | None:
        return Harm(change=change) if call == "fetchAndLock" and left else None

    def change(reply: Reply) -> Reply:
        tasks: list[dict[str, Any]] = json.loads(reply.content())
        if len(tasks) < 2 or not left:
            return reply
        changed = left.pop()
        fields = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in tasks[0].items())
        text = "[{" + fields + ", " + changed[1:] + ", " + json.dumps(tasks[1]) + "]"
        return Reply(200, text=text, content_type="application/json")

    return meddle


@pytest.mark.parametrize("name", RAW)
def test_an_odd_task_costs_the_other_nothing(name: str, worker_for: WorkerFor, key: str, portal: Portal) -> None:
    with BuiltinEngine() as engine, Proxy(engine.base_url) as proxy:
        proxy.meddle = odd_fetches(RAW[name])
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        instances = [admin.start(key), admin.start(key)]
        worker = worker_for(proxy.url(engine.base_url), key, CAMUNDA_LOCK_SECONDS="8").start()
        wait_until(lambda: admin.ended(instances[1]), "the good one is served")
        if name not in ("half a letter", "time", "variable"):  # those are read as far as they can be
            worker.wait_for("task.odd")
        assert worker.stop() == 0


def test_odd_answers_of_the_portal_end_nothing(worker_for: WorkerFor, key: str, portal: Portal) -> None:
    with BuiltinEngine() as engine, Proxy(portal.webhook_url) as proxy:
        left = list(PORTAL)
        proxy.meddle = lambda *_: (
            Harm(forward=False, reply=Reply(200, text=left.pop(), content_type="application/json")) if left else None
        )
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        instance = admin.start(key)
        worker = worker_for(
            engine.base_url, key, BITRIX_WEBHOOK_URL=proxy.url(portal.webhook_url), CAMUNDA_LOCK_SECONDS="8"
        ).start()
        wait_until(lambda: admin.ended(instance), "served in the end")
        assert not left
        assert len(portal.tasks()) == 1
        assert worker.stop() == 0


def without_status(task_id: int, odd: list[bool]) -> Callable[[str, Request], Harm | None]:
    """While `odd` holds something, the row of this task has no status in any list."""

    def meddle(call: str, _: Request) -> Harm | None:
        return Harm(change=change) if call == "tasks.task.list" and odd else None

    def change(reply: Reply) -> Reply:
        body: Any = json.loads(reply.content())
        for row in body.get("result", {}).get("tasks", ()):
            if row.get("id") == str(task_id):
                row.pop("status", None)
        return Reply(200, body)

    return meddle


def test_an_odd_row_holds_up_its_own_step_alone(worker_for: WorkerFor, key: str, portal: Portal) -> None:
    config = f"topics: {{{key}: {{wait_for_close: true}}}}"
    quick = {"WAITING_POLL_SECONDS": "0.3", "WAITING_SWEEP_SECONDS": "0.5"}
    with BuiltinEngine() as engine, Proxy(portal.webhook_url) as proxy:
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        instances = [admin.start(key) for _ in range(2)]
        url = proxy.url(portal.webhook_url)
        worker = worker_for(engine.base_url, key, config=config, BITRIX_WEBHOOK_URL=url, **quick).start()
        worker.wait_for_steps("task.waiting", 2)
        held, served = portal.tasks()
        odd = [True]
        proxy.meddle = without_status(held.id, odd)
        portal.store.complete(held.id)
        portal.store.complete(served.id)
        wait_until(lambda: sum(map(admin.ended, instances)) == 1, "the other one is served", 60)
        told = worker.wait_for("waiting.odd_row", portal_task=held.id)
        assert told[0]["reason"] == "row_no_status"
        assert worker.events("task.closed", portal_task=held.id) == []
        odd.clear()
        wait_until(lambda: all(map(admin.ended, instances)), "readable again", 60)
        assert worker.stop() == 0


STEPS = 16
LARGE = 4_000_000
"""Characters, each a byte: so much is read by nobody, or by a template."""


def document() -> dict[str, Any]:
    value = json.dumps({"text": "x" * LARGE})
    about = {"objectTypeName": "java.util.LinkedHashMap", "serializationDataFormat": "application/json"}
    return {"type": "Object", "value": value, "valueInfo": about}


def peak_megabytes(worker: WorkerProcess) -> float:
    status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1000


@pytest.mark.parametrize("engine", ["camunda"], indirect=True)
def test_variables_that_nobody_reads_are_not_fetched(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, portal: Portal
) -> None:
    admin.deploy(sequence(key, {"ours": key}))
    instances = [admin.start(key, {"big": document(), "title": f"step {number}"}) for number in range(STEPS)]
    worker = worker_for(engine.base_url, key).start(fresh=True)
    wait_until(lambda: all(admin.ended(one) for one in instances), "all are served")
    assert peak_megabytes(worker) < 150, "the variables have 64 MB, several times over while they are read"
    assert {task.fields["TITLE"] for task in portal.tasks()} == {f"step {number}" for number in range(STEPS)}


@pytest.mark.parametrize("engine", ["camunda"], indirect=True)
def test_steps_that_are_too_large_end_at_a_person_and_the_others_are_served(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, portal: Portal
) -> None:
    """Together they are longer than an answer may be; of some each alone is more than a step may have."""
    admin.deploy(sequence(key, {"ours": key}))
    large = [admin.start(key, {"big": document(), "more": document(), "last": document()}) for _ in range(6)]
    config = f"topics: {{{key}: {{retries: 1, task: {{description: '{{{{ variables.title }}}}'}}}}}}"
    small = [admin.start(key, {"title": f"step {number}"}) for number in range(3)]
    patient = {"CAMUNDA_LONG_POLL_SECONDS": "8"}  # so that a busy engine has time for 72 MB
    worker = worker_for(engine.base_url, key, config=config, **patient).start()
    wait_until(lambda: all(admin.ended(one) for one in small), "the others are served", 200)
    worker.wait_for("fetch.too_long")
    worker.wait_for_steps("task.incident", len(large))
    assert {event["what"] for event in worker.events("task.odd")} == {
        "variables занимает 12.0 МБ, предел для шага 8 МБ"
    }
    assert all(admin.task(one)["retries"] == 0 for one in large)
    assert worker.stop() == 0
