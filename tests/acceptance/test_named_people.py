"""People by e-mail and name, a group by name, dates in words: from a process to a task with the right numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from sandbox.portal.staff import Group, Person
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_page import shown_at

SCOPES = ["task", "user_basic", "imena.camunda", "sonet_group", "calendar"]
IVAN, MARIA, GONE = 501, 502, 505


@pytest.fixture
def staffed(portal: Portal) -> Portal:
    portal.scopes = list(SCOPES)
    portal.staff.hire(IVAN, Person("Иван", "Сидоров", "Петрович", "ivan@company.test"))
    portal.staff.hire(MARIA, Person("Мария", "Кузнецова", email="Maria@Company.test"))
    portal.staff.hire(503, Person("Пётр", "Тёзка", email="p1@company.test"))
    portal.staff.hire(504, Person("Пётр", "Тёзка", email="p2@company.test"))
    portal.staff.hire(GONE, Person("Ольга", "Бывшая", email="olga@company.test"), dismissed=True)
    portal.staff.groups[12] = Group("Закупки")
    portal.staff.groups[13] = Group("Старые закупки", closed=True)
    return portal


def test_names_become_numbers_and_words_become_dates(
    engine: RunningEngine, admin: Admin, staffed: Portal, worker_for: WorkerFor, key: str
) -> None:
    staffed.staff.working_time |= {
        "work_time_start": "0",
        "work_time_end": "24",
        "week_holidays": [],
        "year_holidays": "",
    }
    staffed.store.user_fields["UF_BUYER"] = "employee"
    admin.deploy(sequence(key, {"step": key}))
    variables = {
        "title": "Approve",
        "responsibleId": "ivan@company.test",
        "createdBy": "Кузнецова Мария",
        "auditors": "7; maria@company.test, Сидоров Иван Петрович, olga@company.test",
        "groupId": "закупки",
        "deadline": "2 рабочих дня",
        "buyer": "Иван Сидоров",
    }
    instance = admin.start(key, variables)
    [step] = admin.get("/external-task", topicName=key)
    config = f"topics: {{{key}: {{task: {{UF_BUYER: '{{{{ buyer }}}}'}}}}}}"
    worker = worker_for(engine.base_url, key, config=config).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert worker.events("task.group_changed") == []
    [task] = staffed.tasks()
    wanted = {"UF_BUYER": IVAN, "RESPONSIBLE_ID": IVAN, "CREATED_BY": MARIA, "GROUP_ID": 12}
    assert {name: int(task.fields[name]) for name in wanted} == wanted
    assert sorted(map(int, task.fields["AUDITORS"])) == [7, IVAN, MARIA, GONE]
    assert [one["person"] for one in worker.events("task.person_dismissed")] == [GONE]
    due = datetime.fromisoformat(task.fields["DEADLINE"])
    if made := step.get("createTime"):
        assert abs(due - datetime.fromisoformat(made) - timedelta(days=2)) < timedelta(seconds=61)


def test_a_group_that_the_portal_does_not_have_is_told_in_the_log_on_the_page_and_by_commands(
    engine: RunningEngine, admin: Admin, staffed: Portal, worker_for: WorkerFor, key: str
) -> None:
    """The portal makes the task all the same, without the group and without a word."""
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve", "responsibleId": 7, "groupId": 9999})
    port = free_port()
    worker = worker_for(engine.base_url, key, HTTP_PORT=str(port), LOG_LANGUAGE="en").start()
    wait_until(lambda: admin.ended(instance), "completed")
    [task] = staffed.tasks()
    [told] = worker.wait_for("task.group_changed")
    assert (told["portal_task"], told["sent"]) == (task.id, "9999")
    words = f"the worker sent the group 9999, but the portal shows another one at task {task.id}"
    page = shown_at(port).text
    assert words in page
    assert words in worker.command("status").stdout
    assert "the portal shows no group 9999 at the task" in worker.command("explain", f"#{task.id}").stdout


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"responsibleId": "nobody@company.test"}, 'responsibleId = "nobody@company.test"'),
        ({"responsibleId": "Пётр Тёзка"}, "(503), Тёзка Пётр (504)"),
        ({"responsibleId": "olga@company.test"}, 'responsibleId = "olga@company.test (505)"'),
        ({"responsibleId": "system"}, 'responsibleId = "system"'),
        ({"groupId": "Старые закупки"}, 'groupId = "Старые закупки"'),
        ({"groupId": "Продажи"}, 'groupId = "Продажи"'),
        ({"deadline": "2 рабочих недели"}, 'deadline = "2 рабочих недели"'),
    ],
)
def test_what_is_not_clear_is_an_incident_that_names_it(
    engine: RunningEngine,
    admin: Admin,
    staffed: Portal,
    worker_for: WorkerFor,
    key: str,
    variables: dict[str, Any],
    words: str,
) -> None:
    assert words in incident_of(engine, admin, worker_for, key, variables)
    assert staffed.tasks() == []


def incident_of(engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, variables: dict[str, Any]) -> str:
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve", "responsibleId": 7, **variables})
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}").start()
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert worker.stop() == 0
    return str(incident["incidentMessage"])


def test_a_webhook_that_may_not_see_emails_finds_nobody_by_one_and_says_so(
    engine: RunningEngine, admin: Admin, staffed: Portal, worker_for: WorkerFor, key: str
) -> None:
    """Its portal drops the filter and shows everybody, the owner of the webhook first."""
    staffed.scopes = [scope.replace("user_basic", "user_brief") for scope in SCOPES]
    assert "user_basic" in incident_of(engine, admin, worker_for, key, {"responsibleId": "ivan@company.test"})
    assert staffed.tasks() == []


def test_a_portal_that_fails_meanwhile_is_waited_for_and_nobody_is_concluded(
    engine: RunningEngine, admin: Admin, staffed: Portal, worker_for: WorkerFor, key: str
) -> None:
    """A refused step would have spent its only retry: `retries: 1`."""
    admin.deploy(sequence(key, {"step": key}))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}").start()
    worker.wait_for("worker.ready")
    staffed.faults.add(fault("never_502", "*", times=None))
    instance = admin.start(key, {"title": "Approve", "responsibleId": "Иван Сидоров"})
    worker.wait_for("fetch.paused", side="portal")
    assert not admin.incidents(instance)
    assert staffed.tasks() == []
    staffed.faults.clear()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert [int(task.fields["RESPONSIBLE_ID"]) for task in staffed.tasks()] == [IVAN]


def test_check_proves_the_names_of_the_configuration(
    engine: RunningEngine, staffed: Portal, worker_for: WorkerFor, key: str
) -> None:
    config = "topics: {{{key}: {{task: {{responsible_id: {person}, group_id: Закупки}}}}}}"
    good = worker_for(engine.base_url, key, config=config.format(key=key, person="ivan@company.test"))
    said = good.command("check").stdout
    assert "ok   люди и группы из настроек" in said
    assert f"topics.{key}.task.responsible_id = {IVAN}; topics.{key}.task.group_id = 12" in said
    bad = worker_for(engine.base_url, key, config=config.format(key=key, person="olga@company.test"), name="bad")
    assert "WARN люди и группы из настроек" in bad.command("check").stdout
    assert staffed.tasks() == []
