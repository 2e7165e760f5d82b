"""Results of the tasks before: a block below the description, their files in the create, and nothing guessed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bitrix.camunda_module import DiagramStep
from bitrix.client import BitrixClient
from bitrix.disk import Disk
from bitrix.errors import PortalError
from bitrix.results import Results
from bitrix.scopes import Scopes
from bitrix.step_tasks import StepTasks
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.support.builders import fetched
from worker.content.files import FIELD
from worker.content.given import PortalContent
from worker.content.predecessor_results import PredecessorResults, ResultFiles
from worker.content.predecessors import Predecessors
from worker.mapping.bbcode import INVISIBLE
from worker.model import TaskDraft
from worker.runtime.telemetry import Telemetry

TASK = fetched()
CONTENT = PortalContent(DiagramStep("Task_Create", predecessors=("Draw", "Check")))


class Scene:
    def __init__(self, portal: Portal) -> None:
        self.portal, self.log = portal, io.StringIO()
        self.client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
        self.telemetry = Telemetry.build("info", "en", "console", stream=self.log)

    def task_of(self, step: str, instance: str | None = TASK.process_instance_id) -> int:
        fields = {"UF_PROCESS_INSTANCE_ID": instance, "UF_ELEMENT_ID": step, "TITLE": step, "RESPONSIBLE_ID": 42}
        return int(self.portal.store.add(fields)["id"])

    def fields(self, description: str = "Do it", characters: int = 30_000) -> dict[str, Any]:
        client = self.client
        files = ResultFiles(Disk(client, client), Scopes(client), self.telemetry)
        found = Predecessors(StepTasks(client))
        part = PredecessorResults(found, Results(client), files, characters, "ru")
        given = TaskDraft(TASK.marker, {"DESCRIPTION": description} if description else {})
        return dict(part.complete(TASK, given, CONTENT).fields)

    def lines(self) -> str:
        self.telemetry.close()
        return self.log.getvalue()


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Portal() as portal:
        scene = Scene(portal)
        yield scene
        scene.client.close()


def test_results_stand_below_the_description_in_the_order_of_the_diagram(scene: Scene) -> None:
    checked, drawn = scene.task_of("Check"), scene.task_of("Draw")
    store = scene.portal.store
    one, other = (store.disk.write(name, b"x") for name in ("a.pdf", "b.pdf"))
    store.add_result(checked, "All right", 42)
    store.add_result(drawn, "First draft", 42, files=[one, other])
    store.add_result(drawn, "Second draft", 42)
    assert scene.fields() == {
        "DESCRIPTION": f"""Do it

---
[B]Результаты предшествующих задач:[/B]

[B]Задача №{drawn}:[/B]
  1. First draft
     Файлы: a.pdf, b.pdf
  2. Second draft

[B]Задача №{checked}:[/B]
  All right""",
        FIELD: [f"n{one}", f"n{other}"],
    }


def test_a_task_without_results_and_one_of_another_instance_add_nothing(scene: Scene) -> None:
    scene.task_of("Draw")
    scene.portal.store.add_result(scene.task_of("Check", "another"), "secret", 42)
    assert scene.fields() == {"DESCRIPTION": "Do it"}


def test_the_newest_closed_task_of_a_loop_counts(scene: Scene) -> None:
    first, second, _open = (scene.task_of("Draw") for _ in range(3))
    for task in (first, second):
        scene.portal.complete(task, result=f"round {task}")
    text = scene.fields("")["DESCRIPTION"]
    assert f"round {second}" in text
    assert f"round {first}" not in text


def test_entities_are_decoded_and_nothing_in_a_result_comes_alive(scene: Scene) -> None:
    text = "a &lt; b&nbsp;&amp;&quot; [B]bold[/B] #tag [USER=7]Ivan[/USER] [disk file id=n12]"
    scene.portal.store.add_result(scene.task_of("Draw"), text, 42)
    shown = scene.fields("")["DESCRIPTION"].splitlines()[-1]
    expected = 'a < b &" [B]bold[/B] _#tag [_USER=7]Ivan[_/USER] [_disk file id=n12]'
    assert shown.strip() == expected.replace("_", INVISIBLE)


def test_a_file_that_is_gone_is_left_out_and_told(scene: Scene) -> None:
    disk, task = scene.portal.store.disk, scene.task_of("Draw")
    one, other = (disk.write(name, b"x") for name in ("a.pdf", "b.pdf"))
    scene.portal.store.add_result(task, "", 42, files=[one, other])
    disk.remove(one)
    fields = scene.fields()
    assert fields[FIELD] == [f"n{other}"]
    assert fields["DESCRIPTION"].endswith(f"[B]Задача №{task}:[/B]\n     Файлы: b.pdf")
    assert f"of a result of task {task} is no longer on Disk" in scene.lines()
    assert "secret-token" not in scene.lines()


def test_without_the_scope_for_disk_the_results_are_shown_and_the_files_told(scene: Scene) -> None:
    scene.portal.scopes = ["task", "imena.camunda"]
    one = scene.portal.store.disk.write("a.pdf", b"x")
    scene.portal.store.add_result(scene.task_of("Draw"), "done", 42, files=[one])
    fields = scene.fields()
    assert "done" in fields["DESCRIPTION"]
    assert FIELD not in fields
    assert "lacks the scope disk" in scene.lines()


@pytest.mark.parametrize("method", ["tasks.task.list", "tasks.task.result.list", "disk.attachedobject.get"])
@pytest.mark.parametrize("kind", ["html_502", "html_200"])
def test_what_cannot_be_read_is_not_none(scene: Scene, method: str, kind: str) -> None:
    one = scene.portal.store.disk.write("a.pdf", b"x")
    scene.portal.store.add_result(scene.task_of("Draw"), "done", 42, files=[one])
    scene.portal.faults.add(fault(kind, method, times=None))
    with pytest.raises(PortalError):
        scene.fields()


@pytest.mark.parametrize("rows", [{"no": "list"}, [{"id": 1}], [{"id": 1, "text": "x", "files": ["x"]}], "x"])
def test_results_of_another_shape_prove_nothing(rows: Any) -> None:
    with pytest.raises(PortalError):
        Results(SimpleNamespace(call=lambda *_, **__: SimpleNamespace(result=rows))).of(7)


def test_a_long_block_is_cut_with_the_description(scene: Scene) -> None:
    scene.portal.store.add_result(scene.task_of("Draw"), "x" * 5000, 42)
    assert len(scene.fields(characters=1000)["DESCRIPTION"]) == 1000
