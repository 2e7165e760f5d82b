"""Steps that wait for their task to be closed, on every engine: closed, answered, declined, deleted, cancelled."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.state import StoredTask
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess
from worker.ledger import Ledger

QUICK = {"WAITING_POLL_SECONDS": "0.5", "WAITING_SWEEP_SECONDS": "1", "WAITING_LOCK_SECONDS": "5"}
PROPERTY = '<camunda:property name="{}" value="{}"/>'
Started = Callable[..., tuple[WorkerProcess, str]]


def properties(**given: str) -> str:
    inner = "".join(PROPERTY.format(name, value) for name, value in given.items())
    return f"<camunda:properties>{inner}</camunda:properties>"


ASKS = {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Согласовать?"}


@pytest.fixture
def started(engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str) -> Started:
    """A worker, and an instance at a step with these properties; `topic` is YAML of the topic's settings."""

    def start(topic: str = "{}", step: dict[str, str] | None = None, **environ: str) -> tuple[WorkerProcess, str]:
        admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**(step or {}))))
        config = f"topics: {{{key}: {topic}}}"
        worker = worker_for(engine.base_url, key, config=config, **{**QUICK, **environ}).start()
        return worker, admin.start(key)

    return start


def made(portal: Portal) -> StoredTask:
    wait_until(lambda: len(portal.tasks()) == 1, "the task")
    return portal.tasks()[0]


def through(admin: Admin, instance: str) -> dict[str, Any]:
    """The instance's variables, once our step is completed."""
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "our step completed")
    return {name: raw["value"] for name, raw in admin.get(f"/process-instance/{instance}/variables").items()}


def test_a_step_waits_until_its_task_is_closed(started: Started, admin: Admin, portal: Portal, key: str) -> None:
    worker, instance = started("{wait_for_close: true}")
    task = made(portal)
    worker.wait_for("task.waiting")
    wait_until(lambda: len(portal.syncs()) == 1, "synchronised after creation")
    assert admin.task(instance)["activityId"] == "ours"

    portal.store.complete(task.id)
    variables = through(admin, instance)

    assert variables["bitrixTaskId"] == task.id
    wait_until(lambda: len(portal.syncs()) == 2, "synchronised after completion")
    assert worker.stop() == 0


@pytest.mark.parametrize(("answer", "value"), [("ДА", "ok"), ("НЕТ", "no")])
def test_the_answer_goes_into_a_variable_named_after_the_step(
    started: Started, admin: Admin, portal: Portal, answer: str, value: str
) -> None:
    _, instance = started(step=ASKS)
    task = made(portal)
    assert (task.fields["UF_RESULT_EXPECTED"], task.fields["UF_RESULT_QUESTION"]) == ("1", "Согласовать?")

    portal.store.complete(task.id, by=7, answer=answer)

    assert through(admin, instance)["ours"] == value


def test_an_answer_outside_the_map_is_an_incident_that_a_person_mends(
    started: Started, admin: Admin, portal: Portal
) -> None:
    worker, instance = started(step=ASKS)
    task = made(portal)
    portal.store.complete(task.id, by=7, answer="ДОРАБОТАТЬ")
    (incident,) = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "ДОРАБОТАТЬ" in incident["incidentMessage"]

    portal.store.renew(task.id, by=7)
    admin.raise_retries(admin.task(instance)["id"])
    worker.wait_for("task.waiting", 2)
    portal.store.complete(task.id, by=7, answer="НЕТ")

    assert through(admin, instance)["ours"] == "no"
    assert len(portal.requests("tasks.task.add")) == 1


def test_results_of_the_task_become_variables(started: Started, admin: Admin, portal: Portal) -> None:
    result = (
        '{who: "{{ task.closed_by }}", text: "{{ task.result }}", said: "{{ task.answer }}", '
        "done: \"{{ task.checklist | selectattr('done') | list | length }}\", "
        'question: "{{ task.fields.UF_RESULT_QUESTION }}", how: "{{ task.status }}"}'
    )
    _, instance = started(f"{{result: {result}}}", ASKS)
    task = made(portal)
    heading = portal.store.add_checklist_item(task.id, "Проверить")
    for title, complete in (("Сумма", True), ("Подпись", False)):
        portal.store.add_checklist_item(task.id, title, complete=complete, parent_id=heading)
    portal.store.complete(task.id, by=7, answer="ДА", result="Подписано")

    variables = through(admin, instance)

    told = {name: variables[name] for name in ("who", "text", "said", "done", "question", "how", "ours")}
    assert told == {
        "who": 7,
        "text": "Подписано",
        "said": "ДА",
        "done": 1,
        "question": "Согласовать?",
        "how": "completed",
        "ours": "ok",
    }


def test_a_deleted_task_is_an_incident_and_a_restored_one_is_waited_for(
    started: Started, admin: Admin, portal: Portal
) -> None:
    worker, instance = started(step=ASKS)
    task = made(portal)
    portal.store.add({"TITLE": "another", "RESPONSIBLE_ID": 1, "XML_ID": "camunda:witness"})
    portal.store.delete(task.id)
    (incident,) = wait_until(lambda: admin.incidents(instance), "the incident")
    assert str(task.id) in incident["incidentMessage"]

    portal.store.restore(task.id)
    admin.raise_retries(admin.task(instance)["id"])
    worker.wait_for("task.waiting", 2)
    portal.store.complete(task.id, by=7, answer="ДА")
    assert through(admin, instance)["ours"] == "ok"


def test_the_task_of_a_cancelled_instance_is_commented_and_left(started: Started, admin: Admin, portal: Portal) -> None:
    worker, instance = started("{wait_for_close: true}")
    task = made(portal)
    worker.wait_for("task.waiting")
    assert admin.call("DELETE", f"/process-instance/{instance}").status_code == 204
    wait_until(lambda: portal.store.comments(task.id), "the comment")
    worker.wait_for("waiting.step_gone")
    assert len(portal.store.comments(task.id)) == 1
    assert portal.tasks()[0].fields["STATUS"] == "2"
    wait_until(lambda: len(portal.syncs()) == 2, "synchronised")


@pytest.mark.parametrize("done", [False, True])
def test_the_task_of_a_cancelled_instance_is_closed_where_asked_also_for_its_creators_control(
    started: Started, admin: Admin, portal: Portal, done: bool
) -> None:
    """`done`: its people have closed it already, and its creator has not looked at it yet."""
    topic = "{wait_for_close: true, wait: {cancelled: close}}"
    worker, instance = started(topic)
    task = made(portal)
    worker.wait_for("task.waiting")
    portal.store.update(task.id, {"TASK_CONTROL": "Y"})
    if done:
        portal.complete(task.id)
        assert portal.tasks()[0].fields["STATUS"] == "4"
    assert admin.call("DELETE", f"/process-instance/{instance}").status_code == 204
    worker.wait_for("waiting.step_gone")
    assert portal.tasks()[0].fields["STATUS"] == "5"
    assert not worker.events("waiting.not_told")


def test_a_restart_takes_up_the_waiting_at_once(started: Started, admin: Admin, portal: Portal) -> None:
    worker, instance = started(step=ASKS, CAMUNDA_LOCK_SECONDS="300")
    task = made(portal)
    worker.wait_for("task.waiting")
    worker.kill()
    portal.store.complete(task.id, by=7, answer="ДА")
    worker.start()
    assert through(admin, instance)["ours"] == "ok"


def test_a_stop_leaves_no_long_lock(started: Started, admin: Admin, portal: Portal) -> None:
    worker, instance = started("{wait_for_close: true}", WAITING_LOCK_SECONDS="600", CAMUNDA_LOCK_SECONDS="600")
    made(portal)
    worker.wait_for("task.waiting")
    assert worker.stop() == 0
    free = {"processInstanceId": instance, "notLocked": "true"}
    # So young a step is kept until nobody can take it for one that nobody has had before.
    wait_until(lambda: len(admin.get("/external-task", **free)) == 1, "the lock has run out", 15)


def test_the_portals_own_word_is_heard_at_once(started: Started, admin: Admin, portal: Portal) -> None:
    """An outgoing webhook; polling is so slow here that only the event can have done it."""
    port = free_port()
    worker, instance = started(
        step=ASKS,
        WAITING_POLL_SECONDS="3600",
        WAITING_APPLICATION_TOKEN="application-token-secret",
        HTTP_PORT=str(port),
    )
    task = made(portal)
    worker.wait_for("task.waiting")
    worker.wait_for("http.listening")
    portal.application_token = "application-token-secret"
    portal.outgoing_url = f"http://127.0.0.1:{port}/bitrix24/events"
    portal.store.complete(task.id, by=7, answer="ДА")
    assert through(admin, instance)["ours"] == "ok"
    assert "application-token-secret" not in worker.log_path.read_text()


def ledger_of(worker: WorkerProcess, engine: RunningEngine, portal: Portal) -> Ledger:
    """A worker's ledger, opened beside it as its other commands do."""
    url, origin = f"sqlite:///{worker.folder / 'worker.db'}", portal.webhook_url.partition("/rest/")[0]
    return Ledger(url, portal=origin, engine=engine.base_url, owner="test", exclusive=False)


def test_ages_and_figures_survive_a_restart(
    started: Started, engine: RunningEngine, admin: Admin, portal: Portal, key: str
) -> None:
    """A step that had waited for weeks seemed 7 s old after a restart, and all that waited were counted as new."""
    worker, _ = started("{wait_for_close: true}")
    made(portal)
    worker.wait_for("task.waiting")
    with closing(sqlite3.connect(worker.folder / "worker.db")) as ledger:
        (made_at,) = ledger.execute("SELECT waiting_since FROM tasks").fetchone()
    wait_until(lambda: worker.status()["tasks_fetched"] == 1, "counted")
    worker.kill()
    worker.start()
    worker.wait_for("waiting.resumed", count=1)
    assert worker.stop() == 0

    free = {"notLocked": "true", "topicName": key}
    wait_until(lambda: admin.get("/external-task/count", **free)["count"] == 1, "its lock has ended")
    worker.start()
    worker.wait_for("task.waiting", count=2)
    wait_until(lambda: worker.status()["waiting_steps_fetched"] == 1, "counted apart")
    assert worker.status()["tasks_fetched"] == 1, "no new one"
    with closing(ledger_of(worker, engine, portal)) as beside:
        view = beside.views.read()
    assert view.waiting_since == made_at
    assert [task.since for task in view.newest] == [made_at]
