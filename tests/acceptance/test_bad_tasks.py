"""Odd and bad variables on every engine: a clear incident, or a task that reads as meant; nothing is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.state import StoredTask
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess

PLAIN, TEMPLATED, LISTED = "plain", "templated", "listed"


class Served:
    """An engine and a portal with a worker between them, for all cases of this file."""

    def __init__(self, admin: Admin, portal: Portal, worker: WorkerProcess, prefix: str) -> None:
        self.admin = admin
        self.portal = portal
        self.worker = worker
        self._prefix = prefix

    def key(self, topic: str) -> str:
        return f"{self._prefix}_{topic}"

    def task(self, instance: str) -> StoredTask:
        """The task of an instance, once its step is completed."""
        wait_until(lambda: self.admin.ended(instance), "the step completed")
        (task,) = (task for task in self.portal.tasks() if task.fields["UF_PROCESS_INSTANCE_ID"] == instance)
        return task

    def incident(self, instance: str) -> str:
        (incident,) = wait_until(lambda: self.admin.incidents(instance), "the incident")
        assert not [task for task in self.portal.tasks() if task.fields["UF_PROCESS_INSTANCE_ID"] == instance]
        return str(incident["incidentMessage"])


@pytest.fixture(scope="module")
def served(engine: RunningEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    prefix = f"p_{uuid.uuid4().hex[:8]}"
    config = f"""
topics:
  {prefix}_{PLAIN}: {{retries: 1}}
  {prefix}_{TEMPLATED}: {{retries: 1, task: {{description: "{{{{ nowhere }}}}"}}}}
  {prefix}_{LISTED}: {{retries: 1, task: {{group_id: "{{{{ [1, 2] }}}}"}}}}
"""
    folder: Path = tmp_path_factory.mktemp("served")
    admin = Admin(engine.base_url)
    for topic in (PLAIN, TEMPLATED, LISTED):
        key = f"{prefix}_{topic}"
        admin.deploy(sequence(key, {"ours": key}))
    with Portal() as portal:
        settings = {"CAMUNDA_BASE_URL": engine.base_url, "BITRIX_WEBHOOK_URL": portal.webhook_url}
        worker = WorkerProcess(folder, config, settings).start()
        worker.wait_for("worker.ready")  # a test that needs no worker may be its only one
        yield Served(admin, portal, worker, prefix)
        assert worker.stop() == 0
        assert portal.secret not in worker.log_path.read_text(encoding="utf-8")
    admin.clean()


FOREIGN = {
    "type": "Object",
    "value": "x",
    "valueInfo": {"serializationDataFormat": "x/y", "objectTypeName": "elsewhere.Thing"},
}
JSON_TEXT = {"type": "Json", "value": "{broken"}
JAVA = {"value": 2**70}
"""A BigInteger; lists and maps of Java can be read."""


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"responsibleId": "abc"}, ("responsibleId", "abc")),
        ({"responsibleId": 999}, ("responsibleId = 999 (переменная процесса responsibleId)", "Не найден пользователь")),
        ({"deadline": "когда-нибудь"}, ("deadline", "когда-нибудь")),
        ({"title": FOREIGN}, ("title", "x/y")),
        ({"priority": "urgent!"}, ("priority", "urgent!")),
        ({"auditors": "7, boss"}, ("auditors", "boss")),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_bad_variable_is_an_incident_that_names_it(
    served: Served, variables: dict[str, Any], words: tuple[str, ...]
) -> None:
    message = served.incident(served.admin.start(served.key(PLAIN), variables))
    assert served.key(PLAIN) in message
    assert all(word in message for word in words), message
    assert "<" not in message


def test_no_task_waits_for_the_dismissed(served: Served) -> None:
    served.portal.store.users = (*served.portal.store.users, 555)
    served.portal.store.dismissed.add(555)
    instance = served.admin.start(served.key(PLAIN), {"title": "Approve", "responsibleId": 555})
    message = served.incident(instance)
    assert "555" in message
    assert "уволен" in message


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"UF_RESULT_EXPECED": "true", "UF_RESULT_QUESTION": "?"}, "UF_RESULT_EXPECTED"),
        ({"UF_RESULT_QUESTION": "?"}, "ждёт ли он ответа"),
    ],
)
def test_a_step_that_would_go_on_unasked_stops(served: Served, properties: dict[str, str], words: str) -> None:
    given = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    key = f"asks_{uuid.uuid4().hex[:8]}"
    extensions = f"<camunda:properties>{given}</camunda:properties>"
    served.admin.deploy(sequence(key, {"ours": served.key(PLAIN)}, extensions=extensions))
    assert words in served.incident(served.admin.start(key, {"title": "Approve", "responsibleId": 7}))


def test_an_unknown_template_variable_is_named(served: Served) -> None:
    message = served.incident(served.admin.start(served.key(TEMPLATED)))
    assert "nowhere" in message
    assert "description" in message


def test_a_list_where_a_number_belongs_is_named(served: Served) -> None:
    message = served.incident(served.admin.start(served.key(LISTED)))
    assert "groupId" in message
    assert "[1, 2]" in message


@pytest.mark.parametrize("variable", [JSON_TEXT, JAVA], ids=["broken json", "java object"])
def test_an_unreadable_variable_that_is_used_is_an_incident(served: Served, variable: dict[str, Any]) -> None:
    answer = served.admin.call(
        "POST", f"/process-definition/key/{served.key(PLAIN)}/start", {"variables": {"title": variable}}
    )
    if answer.status_code != 200:
        assert variable is JSON_TEXT  # this engine has no JSON data format and refuses the variable itself
        return
    assert "title" in served.incident(answer.json()["id"])


def test_an_unreadable_variable_that_is_not_used_harms_nothing(served: Served) -> None:
    assert served.task(served.admin.start(served.key(PLAIN), {"unused": JAVA}))


@pytest.mark.parametrize("title", ["", "   ", "\n\t"])
def test_an_empty_title_becomes_process_and_activity(served: Served, title: str) -> None:
    task = served.task(served.admin.start(served.key(PLAIN), {"title": title}))
    assert served.key(PLAIN) in str(task.fields["TITLE"])
    assert "ours" in str(task.fields["TITLE"])


@pytest.mark.parametrize(
    "given",
    [
        "2026-12-31T18:00:00+03:00",
        "2026-12-31T15:00:00Z",
        "2026-12-31T18:00:00.000+0300",
        {"type": "Date", "value": "2026-12-31T18:00:00.000+0300"},
    ],
)
def test_a_deadline_with_an_offset_is_that_moment(served: Served, given: Any) -> None:
    task = served.task(served.admin.start(served.key(PLAIN), {"deadline": given}))
    expected = datetime.fromisoformat("2026-12-31T15:00:00+00:00")
    assert datetime.fromisoformat(str(task.fields["DEADLINE"])) == expected


@pytest.mark.parametrize("given", ["31.12.2026", "31.12.2026 18:00", "2026-12-31", "2026-12-31T18:00"])
def test_a_deadline_without_an_offset_is_read_too(served: Served, given: str) -> None:
    task = served.task(served.admin.start(served.key(PLAIN), {"deadline": given}))
    assert str(task.fields["DEADLINE"]).startswith("2026-12-31T")


def test_a_megabyte_of_description_is_cut_where_one_can_see_it(served: Served) -> None:
    text = {"type": "Object", "value": '"' + "я" * 500_000 + '"', "valueInfo": {}}
    text["valueInfo"] = {"objectTypeName": "java.lang.String", "serializationDataFormat": "application/json"}
    task = served.task(served.admin.start(served.key(PLAIN), {"description": text}))
    description = str(task.fields["DESCRIPTION"])
    assert description.endswith("…")
    assert 1000 < len(description) <= 30_000


def test_what_people_type_stays_text(served: Served) -> None:
    typed = 'Счёт «Ромашка» & "Co" <b>№1</b> 😀 #срочно [USER=1]все[/USER]'
    task = served.task(served.admin.start(served.key(PLAIN), {"title": typed, "description": typed}))
    for name in ("TITLE", "DESCRIPTION"):
        shown = str(task.fields[name])
        assert "[USER=1]" not in shown
        assert " #срочно" not in shown  # the portal takes a tag only after a blank
        assert all(part in shown for part in ("Счёт «Ромашка»", "😀", "срочно", "USER=1"))


def test_the_worker_has_survived_it_all(served: Served) -> None:
    assert served.worker.process.poll() is None
    assert served.worker.events("worker.thread_died") == []
