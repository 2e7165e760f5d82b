"""Steps that need a person's decision, on every engine: seen on the page and in `status`, and never taken for none."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.start import RunningEngine
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_page import shown_at
from tests.support.worker_process import WorkerProcess

CONFIG = "topics: {{{key}: {{retries: 1}}}}"


def asked(port: int) -> dict[str, Any]:
    found: dict[str, Any] = shown_at(port, "/incidents").json()
    return found


def page(port: int, language: str) -> str:
    return shown_at(port, f"/?lang={language}").text


def moment(told: str) -> str:
    """An engine's time as the worker shows it."""
    return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC).isoformat(timespec="seconds")


def listed(worker: WorkerProcess) -> dict[str, Any]:
    done = worker.command("status", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["incidents"]
    return found


def without_a_worker(found: dict[str, Any]) -> dict[str, Any]:
    """Only a running worker looks for misspelt topics: without one they are not known, which is not none."""
    return found | {"misspelt": found["misspelt"] | {"count": None}}


def test_an_incident_is_seen_with_all_that_a_person_needs(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}).replace('id="ours"', 'id="ours" name="Approve&#10;the request"'))
    instance = admin.start(key, {"responsibleId": "abc"}, business_key="A-17")
    port, cockpit = free_port(), "http://cockpit.example/camunda/app/cockpit/default"
    worker = worker_for(
        engine.base_url, key, config=CONFIG.format(key=key), HTTP_PORT=str(port), CAMUNDA_COCKPIT_URL=cockpit
    ).start()
    worker.wait_for("task.incident")
    assert [one["businessKey"] for one in asked(port)["shown"]] == ["A-17"], "the log tells it, so the page does"
    assert "1 step needs a decision" in page(port, "en")
    (told,) = wait_until(lambda: admin.incidents(instance), "the incident")
    began = moment(told["incidentTimestamp"])
    found = wait_until(
        lambda: (seen := asked(port))["count"] == 1 and seen["shown"][0]["since"] == began and seen,
        "the engine has told it",
        60,
    )
    [one] = found["shown"]
    assert (one["step"], one["activity"], one["businessKey"]) == ("Approve the request", "ours", "A-17")
    assert (one["processDefinitionKey"], one["processInstanceId"], one["topic"]) == (key, instance, key)
    assert (one["reason"], one["externalTask"]) == (told["incidentMessage"], admin.task(instance)["id"])
    assert one["since"]
    assert one["cockpit"].startswith(f"{cockpit}/#/process-instance/{instance}/")
    assert "1 step needs a decision" in page(port, "en")
    assert "1 шаг ждёт решения" in page(port, "ru")
    wait_until(lambda: listed(worker) == asked(port), "the same, as the running worker knows it")

    worker.stop()
    assert listed(worker) == without_a_worker(found), "as the engine tells it"

    worker.start()
    worker.wait_for("http.listening", count=2)
    admin.raise_retries(admin.task(instance)["id"], 5)
    wait_until(lambda: asked(port)["count"] == 0, "decided", 60)


BEHIND = """
    <bpmn:exclusiveGateway id="decide" name="Approved?" camunda:asyncBefore="true">
      <bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PT1S</camunda:failedJobRetryTimeCycle>
      </bpmn:extensionElements>
    </bpmn:exclusiveGateway>
""" + "".join(
    f"""
    <bpmn:sequenceFlow id="{verdict}" sourceRef="decide" targetRef="end">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{verdict == '{verdict}'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
"""
    for verdict in ("yes", "no")
)


def test_a_process_that_the_engine_cannot_go_on_with_behind_our_step_is_seen(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    """The step is completed, its answer has gone nowhere: a job failed at a gateway, of which no topic tells."""
    model = sequence(key, {"ours": key}).replace('targetRef="end"', 'targetRef="decide"')
    admin.deploy(model.replace('    <bpmn:endEvent id="end"/>', BEHIND + '    <bpmn:endEvent id="end"/>'))
    instance = admin.start(key, {"responsibleId": "1", "title": "x"}, business_key="A-17")
    port, cockpit = free_port(), "http://cockpit.example/camunda/app/cockpit/default"
    addresses = {"HTTP_PORT": str(port), "CAMUNDA_COCKPIT_URL": cockpit}
    worker = worker_for(engine.base_url, key, config=CONFIG.format(key=key), **addresses).start()
    worker.wait_for("task.completed")
    (told,) = wait_until(lambda: admin.incidents(instance), "the failed job", 60)
    found = wait_until(lambda: (seen := asked(port))["stuck"]["count"] == 1 and seen, "the worker tells it", 60)
    [one] = found["stuck"]["shown"]
    assert (one["step"], one["activity"], one["kind"]) == ("Approved?", "decide", "failedJob")
    assert (one["processDefinitionKey"], one["businessKey"], one["processInstanceId"]) == (key, "A-17", instance)
    assert (one["reason"], one["since"]) == (told["incidentMessage"], moment(told["incidentTimestamp"]))
    assert "verdict" in one["reason"]
    assert one["portalTask"]
    assert one["cockpit"].startswith(f"{cockpit}/#/process-instance/{instance}/")
    assert found["count"] == 0, "no step of ours is one"
    assert "1 process is stuck" in page(port, "en")
    assert "1 процесс стоит" in page(port, "ru")
    assert "bitrix_worker_stuck_processes 1.0" in shown_at(port, "/metrics").text
    worker.stop()
    assert listed(worker) == without_a_worker(found), "as the engine tells it"

    worker.start()
    worker.wait_for("http.listening", count=2)
    admin.call("POST", f"/process-instance/{instance}/variables", {"modifications": {"verdict": {"value": "yes"}}})
    admin.call("PUT", f"/job/{told['configuration']}/retries", {"retries": 1})
    wait_until(lambda: admin.ended(instance), "the process goes on", 60)
    wait_until(lambda: asked(port)["stuck"]["count"] == 0, "the worker tells it", 60)


def test_an_engine_that_went_away_leaves_what_was_known_and_since_when(worker_for: WorkerFor, key: str) -> None:
    with BuiltinEngine() as engine:
        admin, port = Admin(engine.base_url), free_port()
        admin.deploy(sequence(key, {"ours": key}))
        instance = admin.start(key, {"responsibleId": "abc"})
        config = CONFIG.format(key=key)
        worker = worker_for(engine.base_url, key, config=config, HTTP_PORT=str(port)).start()
        wait_until(lambda: admin.incidents(instance), "the incident")
        wait_until(lambda: asked(port)["count"] == 1, "the worker knows it", 60)
        engine.stop()
        found = wait_until(lambda: (seen := asked(port))["count"] is None and seen, "it knows that it does not", 60)
        assert found["unknown_since"]
        assert "127.0.0.1" in found["reason"], "the cause, not just silence"
        assert [one["businessKey"] for one in found["shown"]] == [None]
        assert "need a decision, since" in page(port, "en")
        worker.stop()
        alone = listed(worker)
        assert (alone["count"], alone["shown"]) == (None, [])
        assert "127.0.0.1" in alone["reason"], "the engine's fault, with its address"
        assert "неизвестно" in worker.command("status").stdout


def test_a_locked_ledger_is_not_told_as_a_silent_engine(worker_for: WorkerFor, key: str) -> None:
    """The look at incidents stood in the queue of the ledger's writers until its last answer was too old."""
    with BuiltinEngine() as engine:
        admin, port = Admin(engine.base_url), free_port()
        model = sequence(key, {}).replace('targetRef="end"', 'targetRef="decide"')
        admin.deploy(model.replace('    <bpmn:endEvent id="end"/>', BEHIND + '    <bpmn:endEvent id="end"/>'))
        worker = worker_for(engine.base_url, key, config=CONFIG.format(key=key), HTTP_PORT=str(port)).start()
        worker.wait_for("http.listening")
        wait_until(lambda: asked(port)["asked"], "the engine has told that there are none", 60)
        with closing(sqlite3.connect(worker.folder / "worker.db", 10, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            worker.wait_for("fetch.paused", side="ledger")
            admin.start(key)  # whose process it is, only the ledger knows
            found = wait_until(
                lambda: (seen := asked(port))["stuck"]["count"] is None and "занят" in seen["reason"] and seen,
                "the ledger is to blame",
                60,
            )
            assert (found["count"], found["unknown_since"]) == (0, None), "the engine has told all that it knows"
            assert "Whether processes are stuck behind steps is not known: another program keeps" in page(port, "en")
            assert "неизвестно: файл журнала занят другой программой" in worker.command("status").stdout
        wait_until(lambda: asked(port)["stuck"]["count"] == 0, "not ours", 60)
