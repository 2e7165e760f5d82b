"""Files of a task: saved on Disk once, looked at before the create, and told where they cannot be attached."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bitrix.client import BitrixClient
from bitrix.disk import Disk, Place
from bitrix.errors import Doubtful, LookupUnproven, PortalError, Rejected
from bitrix.streamed import encoded
from bitrix.task_template import TaskTemplate, TemplateFile
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.support.builders import fetched
from worker.content import file_content
from worker.content.engine_files import EngineFiles
from worker.content.files import FIELD, Files, TemplateFiles
from worker.content.given import PortalContent
from worker.content.uploads import Uploads
from worker.engine.errors import AnswerTooLong, EngineUnreachable, TaskGone
from worker.mapping.faults import MappingFault
from worker.mapping.named import FileNamed
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry

UPLOAD = "disk.folder.uploadfile"
TASK = fetched(activity_instance_id="Task_Create:1")
CONTRACT = FileNamed("contract")


class Engine:
    """Variables by name: (scope, type, file name, content)."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[str, str, str, bytes]]] = {}
        self.error: Exception | None = None
        self.read = 0

    def put(self, name: str, content: bytes = b"content", filename: str = "договор.pdf", **more: str) -> None:
        kind, scope = more.get("kind", "File"), more.get("scope", "instance")
        self.kept.setdefault(name, []).append((scope, kind, filename, content))

    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]:
        assert process_instance_id == TASK.process_instance_id
        if self.error:
            raise self.error
        return [
            {"id": f"{name}:{number}", "type": kind, "activityInstanceId": scope, "valueInfo": {"filename": filename}}
            for number, (scope, kind, filename, _) in enumerate(self.kept.get(name, ()))
        ]

    def activity_tree(self, _: str) -> Mapping[str, Any]:
        inner = {"id": "Task_Create:1", "childActivityInstances": []}
        sub = {"id": "Sub:1", "childActivityInstances": [inner]}
        return {"id": "instance", "childActivityInstances": [sub]}

    def file_content(
        self, variable_id: str, read: Callable[[Iterator[bytes]], Any], *, mime_type: str, most_bytes: int
    ) -> Any:
        assert not mime_type
        name, _, number = variable_id.partition(":")
        content = self.kept[name][int(number)][3]
        self.read += 1
        if len(content) > most_bytes:
            raise AnswerTooLong("variable-instance", "", doubtful=True)
        pieces = io.BytesIO(content)
        return read(iter(lambda: pieces.read(1000), b""))


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.put("contract")
    return engine


class Scene:
    def __init__(self, portal: Portal, engine: Engine, bad_files: str = "incident", **more: Any) -> None:
        self.portal, self.log = portal, io.StringIO()
        self.client = BitrixClient(WebhookUrl.parse(portal.webhook_url), request_timeout=10.0)
        disk, files = Disk(self.client, self.client), EngineFiles(engine, more.get("megabytes", 1.0))
        place = Place("user", "1", "Camunda")
        self.telemetry = Telemetry.build("info", "en", "console", stream=self.log)
        self.part = Files(
            Uploads(files, disk, lambda: place),
            disk,
            SimpleNamespace(granted=lambda: frozenset(portal.scopes)),
            {TASK.topic: SimpleNamespace(bad_files=bad_files)},
            self.telemetry,
        )

    def objects(self, *named: Any, task: FetchedTask = TASK) -> list[str]:
        given = TaskDraft(task.marker, {"TITLE": "T"} | ({FIELD: list(named)} if named else {}))
        return list(self.part.complete(task, given).fields.get(FIELD, []))

    def fault(self, *named: Any, task: FetchedTask = TASK) -> str:
        with pytest.raises(MappingFault) as caught:
            self.objects(*named, task=task)
        assert caught.value.phrase.ru != caught.value.phrase.en
        return str(caught.value)

    def lines(self) -> str:
        self.telemetry.close()
        return self.log.getvalue()

    def saved(self) -> list[tuple[str, bytes | None]]:
        return [(one.name, one.content) for one in self.portal.store.disk.files()]


@pytest.fixture
def scene(portal: Portal, engine: Engine) -> Iterator[Scene]:
    scene = Scene(portal, engine)
    yield scene
    scene.client.close()


def test_a_file_of_the_process_is_saved_once_and_attached(scene: Scene, engine: Engine) -> None:
    one = scene.objects(CONTRACT)
    assert scene.objects(CONTRACT) == one
    [(name, content)] = scene.saved()
    assert one == [f"n{scene.portal.store.disk.files()[0].id}"]
    assert name.startswith("договор (")
    assert name.endswith(").pdf")
    assert content == b"content"
    assert engine.read == 2  # its size and its name on Disk come from its content
    assert len(scene.portal.requests(UPLOAD)) == 1


def test_a_file_whose_size_is_not_told_is_never_deleted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good file may be attached to a task already; absence is not proven either, so nothing is uploaded."""
    scene.objects(CONTRACT)
    before, find = scene.saved(), Disk.find
    unsized = lambda *where: tuple(replace(one, size=None) for one in find(*where))  # noqa: E731 - the list of this test alone
    monkeypatch.setattr(Disk, "find", unsized)
    with pytest.raises(LookupUnproven):
        scene.objects(CONTRACT)
    assert scene.saved() == before
    assert len(scene.portal.requests(UPLOAD)) == 1


def test_each_task_each_variable_and_each_content_has_a_file_of_its_own(scene: Scene, engine: Engine) -> None:
    engine.put("other")
    scene.objects(CONTRACT, FileNamed("other"))
    scene.objects(CONTRACT, task=fetched("task-2", process_instance_id=TASK.process_instance_id))
    engine.kept["contract"][0] = ("instance", "File", "договор.pdf", b"changed")
    scene.objects(CONTRACT)
    assert [content for _, content in scene.saved()] == [b"content", b"content", b"content", b"changed"]
    assert len({name for name, _ in scene.saved()}) == 4


def test_objects_on_disk_are_attached_in_their_order_and_once(scene: Scene) -> None:
    disk = scene.portal.store.disk
    one, other = (f"n{disk.write(name, b'x')}" for name in ("a.pdf", "b.pdf"))
    assert scene.objects(other, one, other) == [other, one]
    assert scene.objects() == []


def test_the_files_of_the_template_come_before_those_of_the_step(scene: Scene) -> None:
    disk = scene.portal.store.disk
    one, other = (disk.write(name, b"x") for name in ("a.pdf", "b.pdf"))
    content = PortalContent(template=TaskTemplate(1, files=(TemplateFile(other, "b.pdf"),)))
    task = fetched(extension_properties={"files": f"{one}, n{other}"})
    given = TemplateFiles().complete(task, TaskDraft(task.marker, {"TITLE": "T"}), content)
    assert scene.part.complete(task, given).fields[FIELD] == [f"n{other}", f"n{one}"]
    none = TaskDraft(task.marker, {"TITLE": "T"})
    assert TemplateFiles().complete(task, none, PortalContent()) is none


def test_a_step_names_files_of_its_own(scene: Scene) -> None:
    task = replace(TASK, extension_properties={"files": " contract "})
    assert len(scene.objects(task=task)) == 1
    assert "files" in scene.fault(task=replace(TASK, extension_properties={"files": "{a: 1}"}))


# --- answers that are lost, and files that are cut off ---


@pytest.mark.parametrize("kind", ["drop", "html_502", "empty_result", "truncated", "rejected_after"])
def test_an_upload_whose_answer_is_lost_is_found_again(scene: Scene, kind: str) -> None:
    scene.portal.faults.add(fault(kind, UPLOAD))
    assert len(scene.objects(CONTRACT)) == 1
    assert [content for _, content in scene.saved()] == [b"content"]
    assert len(scene.portal.requests(UPLOAD)) == 1


def test_an_upload_that_was_cut_off_is_deleted_and_made_again(scene: Scene) -> None:
    scene.portal.store.disk.cut = 1
    scene.portal.faults.add(fault("drop", UPLOAD))
    with pytest.raises(PortalError):
        scene.objects(CONTRACT)
    assert len(scene.objects(CONTRACT)) == 1
    assert [content for _, content in scene.saved()] == [b"content"]


def test_an_upload_that_says_that_it_was_cut_off_is_deleted(scene: Scene) -> None:
    scene.portal.store.disk.cut = 1
    with pytest.raises(Doubtful, match="3 of 7 bytes"):
        scene.objects(CONTRACT)
    assert scene.saved() == []
    assert len(scene.objects(CONTRACT)) == 1


@pytest.mark.parametrize("method", ["disk.folder.getchildren", "disk.storage.getlist"])
def test_a_look_that_fails_is_no_absence(scene: Scene, method: str) -> None:
    scene.objects(CONTRACT)
    again = Scene(scene.portal, _engine_with("contract"))
    scene.portal.faults.add(fault("html_502", method, times=None))
    with pytest.raises(PortalError):
        again.objects(CONTRACT)
    assert len(scene.portal.requests(UPLOAD)) == 1
    again.client.close()


def _engine_with(name: str) -> Engine:
    engine = Engine()
    engine.put(name)
    return engine


def test_a_disk_that_is_full_is_the_portals_fault_and_not_left_out(portal: Portal, engine: Engine) -> None:
    scene = Scene(portal, engine, "leave_out")
    portal.store.disk.full = True
    with pytest.raises(Rejected):
        scene.objects(CONTRACT)
    scene.client.close()


def test_an_engine_that_does_not_answer_is_no_absence_either(scene: Scene, engine: Engine) -> None:
    engine.error = EngineUnreachable("variable-instance", "", doubtful=True)
    with pytest.raises(EngineUnreachable):
        scene.objects(CONTRACT)


# --- files that cannot be attached ---


def spoil_gone(engine: Engine) -> None:
    del engine.kept["contract"]


def spoil_empty(engine: Engine) -> None:
    engine.kept["contract"] = [("instance", "File", "a.pdf", b"")]


def spoil_large(engine: Engine) -> None:
    engine.kept["contract"] = [("instance", "File", "a.pdf", b"x" * 1_000_001)]


def spoil_very_large(engine: Engine) -> None:
    engine.kept["contract"] = [("instance", "File", "a.pdf", b"x" * 3_000_000)]


def spoil_type(engine: Engine) -> None:
    engine.kept["contract"] = [("instance", "Long", "", b"")]


BAD: Mapping[Callable[[Engine], None], str] = {
    spoil_gone: "no variable of type File",
    spoil_empty: "empty (0 bytes)",
    spoil_large: "larger than 1 MB (files.max_megabytes)",
    spoil_very_large: "larger than 1 MB",
    spoil_type: "is of type Long, not File",
}


@pytest.mark.parametrize("spoil", BAD)
def test_a_bad_file_is_a_fault_with_its_reason_or_left_out_with_a_line(
    portal: Portal, engine: Engine, spoil: Callable[[Engine], None]
) -> None:
    spoil(engine)
    good = f"n{portal.store.disk.write('a.pdf', b'x')}"
    strict, lenient = Scene(portal, engine), Scene(portal, engine, "leave_out")
    assert BAD[spoil] in strict.fault(good, CONTRACT)
    assert lenient.objects(good, CONTRACT) == [good]
    assert lenient.objects(CONTRACT) == []
    assert BAD[spoil] in lenient.lines()
    assert portal.requests(UPLOAD) == []
    for scene in (strict, lenient):
        scene.client.close()


@pytest.mark.parametrize("hidden", [False, True])
def test_an_object_that_is_gone_or_hidden_is_seen_before_anything_is_uploaded(
    portal: Portal, engine: Engine, *, hidden: bool
) -> None:
    one = portal.store.disk.write("a.pdf", b"x")
    if hidden:
        portal.store.disk.hidden.add(one)
    else:
        portal.store.disk.remove(one)
    strict, lenient = Scene(portal, engine), Scene(portal, engine, "leave_out")
    assert f"n{one}" in strict.fault(CONTRACT, f"n{one}")
    assert portal.requests(UPLOAD) == []
    assert len(lenient.objects(CONTRACT, f"n{one}")) == 1
    assert f"n{one}" in lenient.lines()
    for scene in (strict, lenient):
        scene.client.close()


def test_a_server_that_takes_no_such_body_is_named(portal: Portal) -> None:
    engine = Engine()
    engine.put("contract", b"x" * 5000)
    scene = Scene(portal, engine)
    portal.body_limit = 3000
    assert "client_max_body_size" in scene.fault(CONTRACT)
    scene.client.close()


def test_without_its_scope_nothing_is_uploaded_and_objects_are_taken_as_they_are(scene: Scene) -> None:
    scene.portal.scopes = ["task"]
    assert scene.objects("n4711") == ["n4711"]
    assert "scope disk" in scene.fault(CONTRACT)
    assert scene.portal.requests("disk.file.get") == []


# --- scopes of the engine, and content on its way ---


@pytest.mark.parametrize(
    ("scopes", "content"),
    [(("instance", "Sub:1", "Other:1"), b"Sub:1"), (("instance", "Task_Create:1", "Sub:1"), b"Task_Create:1")],
)
def test_of_several_variables_the_nearest_to_the_step_counts(
    portal: Portal, scopes: Sequence[str], content: bytes
) -> None:
    engine = Engine()
    for scope in scopes:
        engine.put("contract", scope.encode(), scope=scope)
    scene = Scene(portal, engine)
    scene.objects(CONTRACT)
    assert [found for _, found in scene.saved()] == [content]
    scene.client.close()


def test_variables_of_which_none_is_around_the_step_are_a_fault(portal: Portal) -> None:
    engine = Engine()
    engine.put("contract", scope="A:1")
    engine.put("contract", scope="B:1")
    scene = Scene(portal, engine)
    assert "different names" in scene.fault(CONTRACT)
    scene.client.close()


def test_a_variable_that_goes_while_it_is_read_is_gone(scene: Scene, engine: Engine) -> None:
    engine.file_content = lambda *_, **__: (_ for _ in ()).throw(TaskGone("variable-instance", "does not exist"))  # type: ignore[method-assign]
    assert "no variable of type File" in scene.fault(CONTRACT)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 1000, 1001])
@pytest.mark.parametrize("piece", [1, 2, 3, 7, 10_000])
def test_pieces_become_one_base64(size: int, piece: int) -> None:
    whole = bytes(range(256)) * 4
    given = whole[:size]
    found = file_content.read(given[at : at + piece] for at in range(0, size, piece))
    assert (base64.b64decode(b"".join(encoded(found.pieces))), found.size) == (given, size)
