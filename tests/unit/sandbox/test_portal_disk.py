"""The stand-in's Disk: names, folders, uploads cut off, files in tasks; and what tasks make of their fields."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.portal import Portal
from sandbox.portal.faults import fault

DISK = "disk.folder.uploadfile"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 42})
        yield portal


def call(portal: Portal, method: str, **params: Any) -> Any:
    return requests.post(portal.webhook_url + method, json=params, timeout=30).json()


def root(portal: Portal, kind: str = "user") -> int:
    [row] = call(portal, "disk.storage.getlist", filter={"ENTITY_TYPE": kind})["result"]
    return int(row["ROOT_OBJECT_ID"])


def upload(portal: Portal, folder: int, name: str, content: bytes = b"content", **more: Any) -> Any:
    body = [name, base64.b64encode(content).decode()]
    return call(portal, DISK, id=folder, data={"NAME": name}, fileContent=body, **more)


def test_a_folder_is_made_once(portal: Portal) -> None:
    made = call(portal, "disk.folder.addsubfolder", id=root(portal), data={"NAME": "Camunda"})["result"]
    again = call(portal, "disk.folder.addsubfolder", id=root(portal), data={"NAME": "Camunda"})
    assert (made["NAME"], again["error"]) == ("Camunda", "DISK_OBJ_22000")
    [row] = call(portal, "disk.folder.getchildren", id=root(portal), filter={"NAME": "Camunda"})["result"]
    assert (row["ID"], row["TYPE"]) == (str(made["ID"]), "folder")


def test_a_file_is_found_by_its_name_with_its_size(portal: Portal) -> None:
    folder = root(portal)
    made = upload(portal, folder, "a.pdf")["result"]
    upload(portal, folder, "b.pdf")
    [row] = call(portal, "disk.folder.getchildren", id=folder, filter={"NAME": "a.pdf"})["result"]
    assert (row["ID"], row["SIZE"], row["TYPE"]) == (str(made["ID"]), "7", "file")
    assert len(call(portal, "disk.folder.getchildren", id=folder, filter={"NAMEE": "a.pdf"})["result"]) == 2
    assert upload(portal, folder, "a.pdf")["error"] == "DISK_OBJ_22000"
    assert "error" not in upload(portal, folder, "a.pdf", generateUniqueName=True)


def test_an_upload_whose_answer_is_lost_has_been_saved_whole_or_cut_off(portal: Portal) -> None:
    folder = root(portal)
    portal.faults.add(fault("drop", DISK, times=2))
    for name in ("whole.pdf", "half.pdf"):
        portal.store.disk.cut = int(name == "half.pdf")
        with pytest.raises(requests.ConnectionError):
            upload(portal, folder, name, b"0123456789")
    assert [(one.name, one.content) for one in portal.store.disk.files()] == [
        ("whole.pdf", b"0123456789"),
        ("half.pdf", b"01234"),
    ]
    half = portal.store.disk.files()[1]
    assert call(portal, "disk.file.delete", id=half.id)["result"] is True
    assert "error" not in upload(portal, folder, "half.pdf", b"0123456789")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "ERROR_ARGUMENT"),
        ({"id": 4711, "data": {"NAME": "a"}}, "ERROR_NOT_FOUND"),
        ({"data": {}}, "DISK_BASE_SERVICE_22001"),
        ({"data": {"NAME": "a.pdf"}, "fileContent": ["a.pdf", "no base64!"]}, "ERROR_COULD_NOT_SAVE_FILE"),
        ({"data": {"NAME": "😀.pdf"}, "fileContent": ["a.pdf", ""]}, "ERROR_COULD_NOT_SAVE_FILE"),
    ],
)
def test_an_upload_that_is_not_understood_is_refused(portal: Portal, params: dict[str, Any], code: str) -> None:
    given = params if not params or "id" in params else params | {"id": root(portal)}
    assert call(portal, DISK, **given)["error"] == code
    assert portal.store.disk.files() == []


def test_names_are_corrected_without_a_word(portal: Portal) -> None:
    assert upload(portal, root(portal), "a/b:c.pdf")["result"]["NAME"] == "a_b_c.pdf"


def test_a_full_disk_and_a_body_too_large_are_refused(portal: Portal) -> None:
    portal.store.disk.full = True
    assert upload(portal, root(portal), "a.pdf")["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    portal.body_limit = 100
    answer = requests.post(portal.webhook_url + DISK, json={"x": "y" * 200}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "text/html")


def files(portal: Portal, task: int) -> list[str]:
    told = call(portal, "tasks.task.get", taskId=task, select=["UF_TASK_WEBDAV_FILES"])["result"]["task"]
    attached = told["ufTaskWebdavFiles"] or []
    return [call(portal, "disk.attachedobject.get", id=one)["result"]["OBJECT_ID"] for one in attached]


def add(portal: Portal, **fields: Any) -> Any:
    return call(portal, "tasks.task.add", fields={"TITLE": "y", "RESPONSIBLE_ID": 42, **fields})


def test_files_are_attached_by_the_create_or_not_one_of_them(portal: Portal) -> None:
    disk = portal.store.disk
    one, other = disk.write("a.pdf", b"a"), disk.write("b.pdf", b"b")
    assert add(portal, UF_TASK_WEBDAV_FILES=[f"n{one}", "n4711"])["error"] == "ERROR_CORE"
    assert len(portal.tasks()) == 1
    task = int(add(portal, UF_TASK_WEBDAV_FILES=[f"n{one}", f"n{other}"])["result"]["task"]["id"])
    assert files(portal, task) == [str(one), str(other)]
    assert "ufTaskWebdavFiles" not in call(portal, "tasks.task.get", taskId=task)["result"]["task"]


def test_attaching_twice_makes_two_and_an_update_replaces(portal: Portal) -> None:
    one = portal.store.disk.write("a.pdf", b"a")
    made = [portal.store.disk.attach("task", 1, one) for _ in "ab"]
    assert files(portal, 1) == [str(one), str(one)]
    other = portal.store.disk.write("b.pdf", b"b")
    update = {"UF_TASK_WEBDAV_FILES": [str(made[0]), f"n{other}"]}
    call(portal, "tasks.task.update", taskId=1, fields=update)
    assert files(portal, 1) == [str(one), str(other)]


def test_a_file_that_the_webhook_may_not_read_is_not_told_from_a_missing_one(portal: Portal) -> None:
    one = portal.store.disk.write("a.pdf", b"a")
    portal.store.disk.hidden.add(one)
    assert call(portal, "disk.file.get", id=one)["error"] == "ACCESS_DENIED"
    assert add(portal, UF_TASK_WEBDAV_FILES=[f"n{one}"])["error"] == "ERROR_CORE"


def test_results_name_the_files_attached_to_them(portal: Portal) -> None:
    one = portal.store.disk.write("a.pdf", b"a")
    portal.store.add_result(1, "done", 42, files=[one])
    [result] = call(portal, "tasks.task.result.list", taskId=1)["result"]
    [attached] = result["files"]
    told = call(portal, "disk.attachedobject.get", id=attached)["result"]
    assert (told["OBJECT_ID"], told["NAME"], told["SIZE"]) == (str(one), "a.pdf", "1")
    portal.store.disk.remove(one)
    assert call(portal, "disk.attachedobject.get", id=attached)["error"] == "ERROR_NOT_FOUND"


def test_hashtags_in_texts_become_tags(portal: Portal) -> None:
    add(portal, TITLE="#urgent see #42", DESCRIPTION="[B]x[/B] #два, y#no", TAGS=["camunda"])
    assert portal.tasks()[1].fields["TAGS"] == ["camunda", "urgent", "42", "два"]
    call(portal, "tasks.task.update", taskId=2, fields={"DESCRIPTION": "now #three"})
    assert portal.tasks()[1].fields["TAGS"][-1] == "three"


def test_earlier_tasks_are_read_back_where_they_are_asked_for(portal: Portal) -> None:
    add(portal, DEPENDS_ON=[1])
    told = call(portal, "tasks.task.get", taskId=2, select=["DEPENDS_ON"])["result"]["task"]
    assert told["dependsOn"] == [1]
    assert "dependsOn" not in call(portal, "tasks.task.get", taskId=2)["result"]["task"]


def test_the_page_names_the_files(portal: Portal) -> None:
    portal.store.disk.attach("task", 1, portal.store.disk.write("<a>.pdf", b"a"))
    assert "&lt;a&gt;.pdf" in requests.get(portal.task_url(1), timeout=30).text
