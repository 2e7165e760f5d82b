"""The main job on every engine: external task → Bitrix24 task → completed → synchronised."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess

ADD, SYNC = "tasks.task.add", "imena.camunda.sync"


@pytest.fixture
def two_steps(admin: Admin, key: str) -> str:
    """A process whose first step is ours; the second one nobody serves, so that variables can be looked at."""
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    return key


@pytest.fixture
def worker(engine: RunningEngine, worker_for: WorkerFor, two_steps: str) -> WorkerProcess:
    return worker_for(engine.base_url, two_steps)


def waits_at(admin: Admin, instance: str) -> str:
    return str(admin.task(instance)["activityId"])


def through(admin: Admin, instance: str) -> None:
    wait_until(lambda: waits_at(admin, instance) == "theirs", "the first step completed")


def synced(portal: Portal, instance: str) -> list[Any]:
    return [call.body for call in portal.syncs() if call.body["processInstanceId"] == instance]


def test_each_instance_gets_one_task_and_one_sync(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    instances = [admin.start(key, {"title": f"Договор {number}"}) for number in range(5)]
    worker.start()
    for instance in instances:
        through(admin, instance)
    wait_until(lambda: len(portal.syncs()) == 5, "synchronised")
    assert worker.stop() == 0

    tasks = {task.fields["UF_PROCESS_INSTANCE_ID"]: task for task in portal.tasks()}
    assert len(portal.tasks()) == 5
    assert set(tasks) == set(instances)
    for instance in instances:
        fields = tasks[instance].fields
        assert fields["XML_ID"] == "camunda:" + str(fields["UF_CAMUNDA_ID_EXTERNAL_TASK"])
        assert fields["UF_ELEMENT_ID"] == "ours"
        variables = admin.variables(instance)
        assert variables["bitrixTaskId"]["type"] == "Long"
        assert variables["bitrixTaskId"]["value"] == tasks[instance].id
        assert variables["bitrixTaskUrl"]["value"].endswith(f"/tasks/task/view/{tasks[instance].id}/")
        assert synced(portal, instance) == [{"processDefinitionKey": key, "processInstanceId": instance}]


def test_the_log_says_what_the_contract_asks_for(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    instance = admin.start(key)
    worker.start()
    worker.wait_for("sync.accepted")
    (sending,) = worker.events("sync.sending")
    (accepted,) = worker.events("sync.accepted")
    body = f'{{"processDefinitionKey": "{key}", "processInstanceId": "{instance}"}}'
    assert (sending["level"], sending["message"]) == ("info", f"Отправка запроса синхронизации в Bitrix24: {body}")
    words = f"Синхронизация успешна: processInstanceId={instance}, processDefinitionKey={key}"
    assert (accepted["level"], accepted["message"]) == ("info", words)


def test_the_sync_comes_after_the_completion(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = admin.start(key)
    seen: list[str] = []
    original = portal.accept_sync

    def note(params: Any) -> Any:
        seen.append(waits_at(admin, instance))
        return original(params)

    monkeypatch.setattr(portal, "accept_sync", note)
    worker.start()
    wait_until(lambda: seen, "a sync")
    assert seen == ["theirs"]


def test_status_tells_the_statistics_beside_a_running_worker(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    for _ in range(2):
        admin.start(key)
    worker.start()
    worker.wait_for("sync.accepted", 2)
    status = wait_until(lambda: (found := worker.status())["sync_requests_sent"] == 2 and found, "the counters")
    assert status["tasks_fetched"] == status["tasks_created"] == status["tasks_completed"] == 2
    assert status["tasks_adopted"] == status["tasks_failed"] == status["sync_requests_failed"] == 0
    assert status["sync_success_rate"] == 100.0
    worker.stop()
    (told,) = worker.events("statistics")
    assert told["tasks_completed"] == told["sync_requests_sent"] == 2


def test_a_task_that_is_there_already_is_adopted(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    instance = admin.start(key)
    task = admin.task(instance)["id"]
    # Given to somebody before, so that nobody can be sure to be the first: this is what makes us look.
    body = {"workerId": "former", "maxTasks": 1, "topics": [{"topicName": key, "lockDuration": 60_000}]}
    assert len(admin.call("POST", "/external-task/fetchAndLock", body).json()) == 1
    failed = {"workerId": "former", "retries": 2, "retryTimeout": 0}
    assert admin.call("POST", f"/external-task/{task}/failure", failed).status_code == 204
    made = portal.store.add({"TITLE": "made before", "RESPONSIBLE_ID": 1, "XML_ID": f"camunda:{task}"})
    worker.start()
    through(admin, instance)
    assert len(portal.tasks()) == 1
    assert admin.variables(instance)["bitrixTaskId"]["value"] == int(made["id"])
    assert worker.wait_for("task.adopted")


def test_a_fault_of_the_task_counts_its_retries_down(worker: WorkerProcess, admin: Admin, key: str) -> None:
    instance = admin.start(key, {"responsibleId": "abc"})
    worker.start()
    (failed, *_) = worker.wait_for("task.failed")
    assert failed["retries"] == 2
    assert "responsibleId" in failed["message"]
    wait_until(lambda: admin.task(instance)["retries"] == 2, "the engine's count")
    before, told, after = failures(worker), worker.status()["tasks_failed"], failures(worker)
    assert before <= told <= after, "the next retry may have failed meanwhile"


def failures(worker: WorkerProcess) -> int:
    return len(worker.events("task.failed"))


def test_the_last_failure_is_an_incident_and_raised_retries_run_with_todays_variables(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, two_steps: str
) -> None:
    worker_for(engine.base_url, two_steps, config=f"topics: {{{two_steps}: {{retries: 1}}}}").start()
    instance = admin.start(two_steps, {"responsibleId": "abc"})
    (incident,) = wait_until(lambda: admin.incidents(instance), "the incident")
    assert all(words in incident["incidentMessage"] for words in (two_steps, "responsibleId", "abc"))
    assert portal.tasks() == []

    task = admin.task(instance)["id"]
    fixed = {"modifications": {"responsibleId": {"value": 7, "type": "Integer"}}}
    assert admin.call("POST", f"/process-instance/{instance}/variables", fixed).status_code == 204
    admin.raise_retries(task)
    through(admin, instance)
    (made,) = portal.tasks()
    assert str(made.fields["RESPONSIBLE_ID"]) == "7"
    assert admin.incidents(instance) == []


def test_an_outage_of_the_portal_burns_no_retries(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    portal.stop()
    instance = admin.start(key)
    worker.start()
    worker.wait_for("fetch.paused", side="portal")
    assert admin.task(instance)["retries"] is None
    portal.start()
    through(admin, instance)
    assert len(portal.tasks()) == 1
    assert worker.status()["tasks_failed"] == 0


def test_a_portal_that_goes_away_in_between_burns_no_retries(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    worker.start()
    worker.wait_for("worker.ready")
    portal.stop()
    instance = admin.start(key)
    worker.wait_for("fetch.paused", side="portal")
    assert admin.task(instance)["retries"] is None
    portal.start()
    through(admin, instance)
    assert len(portal.tasks()) == 1


def test_a_restart_goes_on_with_what_was_begun(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    """Killed while the portal is working on the create: one task, and the way goes on."""
    portal.faults.add(Fault(ADD, seconds=1.5))
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: portal.requests(ADD), "the create is on its way")
    worker.kill()
    worker.start()
    through(admin, instance)
    wait_until(lambda: synced(portal, instance), "synchronised")
    assert len(portal.tasks()) == 1
    assert worker.wait_for("task.adopted")


def test_a_sync_that_is_owed_survives_a_kill(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    killed = threading.Event()
    portal.faults.add(Fault(SYNC, execute=False, times=None, until=killed))
    instance = admin.start(key)
    worker.start()
    through(admin, instance)
    wait_until(lambda: portal.requests(SYNC), "the first sync on its way")
    worker.kill()
    killed.set()
    portal.until_answered()
    assert synced(portal, instance) == []
    portal.faults.clear()
    worker.start()
    wait_until(lambda: synced(portal, instance), "synchronised after the restart")


def test_a_failing_sync_fails_no_task(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    portal.faults.add(fault("rejected", SYNC, times=None))
    instance = admin.start(key)
    worker.start()
    through(admin, instance)
    (failed,) = worker.wait_for("sync.failed")
    assert failed["level"] == "error"
    assert failed["message"].startswith("Ошибка синхронизации: ")
    status = worker.status()
    assert (status["tasks_failed"], status["sync_requests_failed"], status["sync_success_rate"]) == (0, 1, 0.0)


def test_a_portal_without_the_module_gets_its_tasks_and_one_alert(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    portal.module = False
    worker.start()
    for instance in [admin.start(key) for _ in range(3)]:
        through(admin, instance)
    worker.wait_for("sync.paused")
    assert len(portal.tasks()) == 3
    assert worker.stop() == 0
    assert len(worker.events("sync.paused")) == 1


def test_sigterm_drains_what_is_in_flight(worker: WorkerProcess, admin: Admin, portal: Portal, key: str) -> None:
    portal.faults.add(Fault(ADD, seconds=1.0))
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: portal.requests(ADD), "the create is on its way")
    assert worker.stop() == 0
    through(admin, instance)
    assert len(portal.tasks()) == 1
    names = [event["event"] for event in worker.events()]
    assert names.index("worker.stopping") < names.index("task.completed") < names.index("worker.stopped")


def test_a_second_signal_ends_at_once_and_nothing_is_lost(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    portal.faults.add(Fault(ADD, seconds=2.0))
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: portal.requests(ADD), "the create is on its way")
    worker.signal(signal.SIGINT)
    worker.wait_for("worker.stopping")
    worker.signal(signal.SIGINT)
    assert worker.wait() == 130
    worker.start()
    through(admin, instance)
    assert len(portal.tasks()) == 1
