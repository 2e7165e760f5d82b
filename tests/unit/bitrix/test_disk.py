"""Disk, against the stand-in: a folder of ours, files by name, uploads that are refused or lost, what is attached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bitrix.client import BitrixClient
from bitrix.disk import NAME_TAKEN, Disk, DiskFile, Place
from bitrix.errors import Doubtful, LookupUnproven, Rejected
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.portal.faults import fault

OURS = Place("user", "1", "Camunda")
TEXT = [b"con", b"tent"]


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def disk(portal: Portal) -> Iterator[Disk]:
    client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
    uploads = client.for_uploads()
    yield Disk(client, uploads)
    for one in (client, uploads):
        one.close()


def made(portal: Portal) -> list[tuple[str, bytes | None]]:
    return [(one.name, one.content) for one in portal.store.disk.files()]


def test_a_file_is_found_by_the_name_it_was_saved_under(disk: Disk, portal: Portal) -> None:
    assert disk.find(OURS, "договор.pdf") == ()
    saved = disk.upload(OURS, "договор.pdf", TEXT)
    assert disk.find(OURS, "договор.pdf") == (saved,) == (DiskFile(saved.id, "договор.pdf", 7),)
    assert disk.file(saved.id) == saved
    assert made(portal) == [("договор.pdf", b"content")]
    assert len(portal.requests("disk.folder.addsubfolder")) == 1
    assert len(portal.requests("disk.storage.getlist")) == 1


def test_a_name_that_is_taken_is_told(disk: Disk) -> None:
    disk.upload(OURS, "a.pdf", TEXT)
    with pytest.raises(Rejected) as refused:
        disk.upload(OURS, "a.pdf", TEXT)
    assert refused.value.code == NAME_TAKEN


@pytest.mark.parametrize("kind", ["drop", "html_502", "empty_result"])
def test_an_upload_whose_answer_is_lost_is_not_sent_again(disk: Disk, portal: Portal, kind: str) -> None:
    portal.faults.add(fault(kind, "disk.folder.uploadfile"))
    with pytest.raises(Doubtful):
        disk.upload(OURS, "a.pdf", TEXT)
    assert [one.size for one in disk.find(OURS, "a.pdf")] == [7]
    assert len(portal.requests("disk.folder.uploadfile")) == 1


@pytest.mark.parametrize("kind", ["drop", "html_502", "rejected_after"])
def test_a_folder_whose_making_was_not_answered_is_made_once(disk: Disk, portal: Portal, kind: str) -> None:
    portal.faults.add(fault(kind, "disk.folder.addsubfolder"))
    disk.upload(OURS, "a.pdf", TEXT)
    disk.upload(OURS, "b.pdf", TEXT)
    assert len(portal.requests("disk.folder.addsubfolder")) == 1
    assert len({one.parent for one in portal.store.disk.files()}) == 1


def test_a_folder_that_somebody_has_deleted_is_made_again(disk: Disk, portal: Portal) -> None:
    disk.upload(OURS, "a.pdf", TEXT)
    [file] = portal.store.disk.files()
    portal.store.disk.remove(file.parent)
    assert disk.find(OURS, "a.pdf") == ()
    disk.upload(OURS, "a.pdf", TEXT)
    assert made(portal) == [("a.pdf", b"content")]


def test_a_file_that_is_not_there_or_hidden_is_none(disk: Disk, portal: Portal) -> None:
    store = portal.store.disk
    one = store.write("a.pdf", b"a")
    store.hidden.add(one)
    assert disk.file(one) is None
    assert disk.file(4711) is None
    disk.delete(4711)


def test_what_is_attached_names_its_object(disk: Disk, portal: Portal) -> None:
    one = portal.store.disk.write("a.pdf", b"abc")
    attached = portal.store.disk.attach("result", 1, one)
    assert disk.attached(attached) == DiskFile(one, "a.pdf", 3)
    assert disk.attached(4711) is None


def test_a_storage_that_is_not_there_is_refused(disk: Disk) -> None:
    with pytest.raises(Rejected, match="group 77"):
        disk.find(Place("group", "77", "Camunda"), "a.pdf")


class Foreign:
    """A portal that ignores its filters."""

    def __init__(self, portal: BitrixClient, method: str) -> None:
        self._portal, self._method = portal, method

    def call(self, method: str, params: Any = None, **more: Any) -> Any:
        if method == self._method:
            params = {**params, "filter": {}}
        return self._portal.call(method, params, **more)


@pytest.mark.parametrize("method", ["disk.folder.getchildren", "disk.storage.getlist"])
def test_files_and_storages_that_were_not_asked_for_prove_nothing(portal: Portal, method: str) -> None:
    client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
    root = portal.store.disk.storages({"filter": {"ENTITY_TYPE": "user"}})[0][0]["ROOT_OBJECT_ID"]
    portal.store.disk.write("other.pdf", b"x", int(root))
    with pytest.raises(LookupUnproven):
        Disk(Foreign(client, method), client).find(OURS, "a.pdf")
    client.close()


def test_uploads_go_over_connections_of_their_own(portal: Portal) -> None:
    """A connection on which the kernel delivers for a minute must never carry a create."""
    client = BitrixClient(WebhookUrl.parse(portal.webhook_url), request_timeout=60.0, delivery_seconds=8.0)
    uploads = client.for_uploads()
    client.call("profile")
    uploads.call("profile")
    assert client._session is not uploads._session
    assert (client._poster._delivery, uploads._poster._delivery) == (8.0, 60.0)
    for one in (client, uploads):
        one.close()
