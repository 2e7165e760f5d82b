"""File variables, on every engine: the fetch names them, their content has an address of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bitrix.causes import Cause
from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply
from tests.support.engine_admin import Admin, sequence
from tests.support.proxy import Harm, Proxy
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import AnswerTooLong, EngineUnreachable, TaskGone
from worker.model import FileVariable

CONTENT = bytes(range(256)) * 4000
PDF = "application/pdf"


def file(content: bytes, name: str = "договор.pdf") -> dict[str, Any]:
    about = {"filename": name, "mimeType": PDF}
    return {"type": "File", "value": base64.b64encode(content).decode(), "valueInfo": about}


@pytest.fixture
def client(engine: RunningEngine, key: str) -> Iterator[Engine]:
    client = Engine(CamundaSettings(base_url=engine.base_url), "files", {key: 10.0}, connections=1)
    yield client
    client.close()


def start(admin: Admin, key: str, variables: Mapping[str, Any]) -> str:
    admin.deploy(sequence(key, {"one": key}))
    return admin.start(key, variables)


def read(pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


def test_the_content_is_read_whole_and_piece_by_piece(client: Engine, admin: Admin, key: str) -> None:
    instance = start(admin, key, {"contract": file(CONTENT)})
    (task,) = client.fetch([key], 1).tasks
    [row] = client.variables_named(instance, "contract")
    assert task.variables["contract"] == FileVariable("договор.pdf", "application/pdf", None)
    assert (row["type"], row["valueInfo"]["filename"]) == ("File", "договор.pdf")
    assert client.file_content(row["id"], read, mime_type=PDF, most_bytes=2 * len(CONTENT)) == CONTENT
    pieces = client.file_content(row["id"], list, mime_type=PDF, most_bytes=2 * len(CONTENT))
    assert len(pieces) > 1


def test_a_file_longer_than_allowed_is_not_read_to_its_end(client: Engine, admin: Admin, key: str) -> None:
    instance = start(admin, key, {"contract": file(CONTENT)})
    [row] = client.variables_named(instance, "contract")
    with pytest.raises(AnswerTooLong):
        client.file_content(row["id"], read, mime_type=PDF, most_bytes=len(CONTENT) // 2)


def test_an_empty_file_has_no_content(client: Engine, admin: Admin, key: str) -> None:
    instance = start(admin, key, {"empty": file(b"")})
    [row] = client.variables_named(instance, "empty")
    assert client.file_content(row["id"], read, mime_type=PDF, most_bytes=1000) == b""


def test_a_file_of_an_instance_that_is_gone(client: Engine, admin: Admin, key: str) -> None:
    instance = start(admin, key, {"contract": file(b"x")})
    [row] = client.variables_named(instance, "contract")
    admin.call("DELETE", f"/process-instance/{instance}")
    assert client.variables_named(instance, "contract") == []
    with pytest.raises(TaskGone):
        client.file_content(row["id"], read, mime_type=PDF, most_bytes=1000)


@pytest.mark.parametrize(
    "about",
    [
        {"filename": "договор.pdf", "mimeType": PDF},
        {"filename": "page.html", "mimeType": "text/html", "encoding": "utf-8"},
        {"filename": "страница.html", "mimeType": "text/html"},
        {"filename": "nothing known"},
    ],
)
def test_the_engine_shows_that_it_answers_with_a_file(
    client: Engine, admin: Admin, key: str, about: Mapping[str, Any]
) -> None:
    """By its type, or by its name: a name of other letters than Latin ones is dropped on the way."""
    instance = start(admin, key, {"contract": file(b"x") | {"valueInfo": about}})
    [row] = client.variables_named(instance, "contract")
    mime_type = row["valueInfo"].get("mimeType") or ""
    assert client.file_content(row["id"], read, mime_type=mime_type, most_bytes=1000) == b"x"


def test_another_answer_in_place_of_the_file_is_none(engine: RunningEngine, admin: Admin, key: str) -> None:
    """A page of a proxy, with status 200: it would be attached to the task as the contract."""
    instance = start(admin, key, {"contract": file(CONTENT)})
    page = Reply(200, text="<html>Sign in</html>", content_type="text/html")
    with Proxy(engine.base_url, meddle=lambda call, _: Harm(reply=page) if call == "data" else None) as proxy:
        client = Engine(CamundaSettings(base_url=proxy.url(engine.base_url)), "files", {key: 10.0}, connections=1)
        [row] = client.variables_named(instance, "contract")
        with pytest.raises(EngineUnreachable) as refused:
            client.file_content(row["id"], read, mime_type=PDF, most_bytes=2 * len(CONTENT))
        client.close()
    assert refused.value.cause is Cause.NO_FILE
