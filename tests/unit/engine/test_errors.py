from __future__ import annotations

from typing import Any

import pytest

from worker.engine.errors import (
    ContinuationFailed,
    EngineBusy,
    EngineDenied,
    EngineError,
    EngineUnreachable,
    LockLost,
    PayloadRefused,
    TaskGone,
    TaskSuspended,
    error_of,
)

REST = "RestException"
TABLE: list[tuple[int, dict[str, Any] | None, type[EngineError]]] = [
    (404, {"type": REST, "message": "External task with id x does not exist", "code": None}, TaskGone),
    (404, {"type": REST, "message": "No matching process definition with key: p and no tenant-id"}, TaskGone),
    (404, {"type": "NotFoundException", "message": "HTTP 404 Not Found"}, EngineUnreachable),
    (404, None, EngineUnreachable),
    (400, {"type": REST, "message": "cannot be completed. It is locked by worker 'other'."}, LockLost),
    (400, {"type": REST, "message": "It is locked by worker 'null'."}, LockLost),
    (400, {"type": REST, "message": "Cannot extend a lock that expired"}, LockLost),
    (400, {"type": REST, "message": "ENGINE-03043 ExternalTask with id 'x' is suspended"}, TaskSuspended),
    (400, {"type": "InvalidRequestException", "message": ""}, PayloadRefused),
    (400, {"type": REST, "message": "Unsupported value type 'Json'"}, PayloadRefused),
    (401, None, EngineDenied),
    (403, {"type": "AuthorizationException", "message": "no"}, EngineDenied),
    (500, {"type": "OptimisticLockingException", "message": "x", "code": 1}, EngineBusy),
    (500, {"type": "ProcessEngineException", "message": "deadlock", "code": 10000}, EngineBusy),
    (500, {"type": "ProcessEngineException", "message": "column size", "code": 10002}, PayloadRefused),
    (500, {"type": "IllegalArgumentException", "message": "filename"}, PayloadRefused),
    (500, {"type": "ProcessEngineException", "message": "Cannot find serializer for value"}, PayloadRefused),
    (500, {"type": "InvalidRequestException", "message": "too many requests"}, EngineUnreachable),
    (500, {"type": "ProcessEngineException", "message": "Unknown property used in expression"}, ContinuationFailed),
    (500, None, EngineUnreachable),
    (502, None, EngineUnreachable),
    (503, {"type": "x", "message": "cancelled"}, EngineUnreachable),
    (302, None, EngineUnreachable),
]


@pytest.mark.parametrize(("status", "body", "family"), TABLE)
def test_each_answer_has_its_family(status: int, body: dict[str, Any] | None, family: type[EngineError]) -> None:
    error = error_of("complete", status, body, "<html>")
    assert type(error) is family
    assert str(error).startswith("complete: ")


def test_the_holder_of_a_lost_lock_is_named_unless_there_is_none() -> None:
    lost = error_of("complete", 400, {"message": "It is locked by worker 'other'."}, "")
    free = error_of("complete", 400, {"message": "It is locked by worker 'null'."}, "")
    assert isinstance(lost, LockLost)
    assert isinstance(free, LockLost)
    assert (lost.holder, free.holder) == ("other", None)


def test_html_404_of_a_restarting_server_is_never_gone() -> None:
    error = error_of("complete", 404, None, "<html>does not exist</html>")
    assert isinstance(error, EngineUnreachable)


@pytest.mark.parametrize("status", [400, 500])
def test_an_answer_that_the_engine_cannot_write_is_refused_by_an_engine_that_is_well(status: int) -> None:
    """Told in plain text; the locks are kept."""
    words = 'Null key for a Map not allowed in JSON (through reference chain: java.util.ArrayList[2]->x["y"])'
    error = error_of("fetchAndLock", status, None, words)
    assert isinstance(error, PayloadRefused)
    assert "Null key" in str(error)
