"""The portal takes fields that it drops, and people who are dismissed: such a task is not made, or is told."""

from __future__ import annotations

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

CONFIG = "topics: {{{key}: {{retries: 1, task: {{{task}}}, result: {{{result}}}}}}}"


def incident_of(
    admin: Admin,
    worker_for: WorkerFor,
    key: str,
    *,
    task: str = "",
    result: str = "",
    variables: dict[str, object] | None = None,
) -> tuple[str, str]:
    """What its incident says, and what `check` says before."""
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve", **(variables or {})})
    worker = worker_for(admin.base_url, key, config=CONFIG.format(key=key, task=task, result=result))
    said = worker.command("check").stdout
    worker.start()
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert worker.stop() == 0
    return str(incident["incidentMessage"]), said


def test_a_filled_field_that_the_portal_does_not_have_is_an_incident_until_it_is_made(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.store.user_fields["UF_CONTRACT"] = "string"
    message, said = incident_of(admin, worker_for, key, task='UF_CONTARCT: "A-1"')
    assert "UF_CONTARCT → UF_CONTRACT?" in message
    assert "WARN поля из шаблонов: нет UF_CONTARCT → UF_CONTRACT?" in said
    assert portal.tasks() == []
    portal.store.user_fields["UF_CONTARCT"] = "string"
    [task] = admin.get("/external-task", topicName=key)
    admin.raise_retries(task["id"])
    worker = worker_for(
        engine.base_url, key, config=CONFIG.format(key=key, task='UF_CONTARCT: "A-1"', result="")
    ).start()
    wait_until(lambda: admin.ended(task["processInstanceId"]), "completed")
    assert worker.stop() == 0
    assert [one.fields["UF_CONTARCT"] for one in portal.tasks()] == ["A-1"]


def test_a_field_that_a_result_reads_and_the_portal_does_not_have_is_an_incident(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    assert engine.base_url == admin.base_url
    message, _ = incident_of(admin, worker_for, key, result='sum: "{{ task.fields.UF_SUM }}"')
    assert "UF_SUM" in message
    assert portal.tasks() == []


def test_no_task_is_made_in_the_name_of_the_dismissed_whom_the_configuration_names(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    assert engine.base_url == admin.base_url
    portal.store.dismissed.add(42)
    message, said = incident_of(admin, worker_for, key, task="created_by: 42")
    assert f"topics.{key}.task.created_by = 42" in message
    assert "42" in message
    assert f"topics.{key}.task.created_by = 42" in said
    assert portal.tasks() == []


def test_a_dismissed_person_who_started_the_process_does_not_stop_it(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.store.dismissed.add(42)
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve", "createdBy": 42})
    worker = worker_for(engine.base_url, key).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert [one["person"] for one in worker.events("task.creator_dismissed")] == [42]
    [task] = portal.tasks()
    assert int(task.fields["CREATED_BY"]) == portal.store.owner


def test_auditors_who_are_dismissed_or_unknown_are_told_and_the_task_is_made(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.store.dismissed.add(42)
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve", "auditors": "7, 42", "accomplices": "9999"})
    worker = worker_for(engine.base_url, key).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert [(one["field"], one["person"]) for one in worker.events("task.person_dismissed")] == [("auditors", 42)]
    assert [(one["field"], one["person"]) for one in worker.events("task.person_not_shown")] == [("accomplices", 9999)]
    assert len(portal.tasks()) == 1


def test_an_answer_field_that_the_portal_fills_by_itself_asks_nobody_until_its_default_is_gone(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """Each task would be made with its answer, and whoever closed it would have approved it unasked."""
    assert engine.base_url == admin.base_url
    portal.store.defaults["UF_RESULT_ANSWER"] = "45"
    message, said = incident_of(admin, worker_for, key, task="UF_RESULT_EXPECTED: true")
    assert 'UF_RESULT_ANSWER = "ДА"' in message
    assert "у UF_RESULT_ANSWER значение по умолчанию" in said
    assert portal.tasks() == []
