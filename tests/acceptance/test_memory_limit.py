"""A worker under a hard limit of memory, and steps with more in them than it may have."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf

STEPS = 8
LARGE = 20_000_000 - 100
"""Characters, each a byte: no engine takes longer ones by default, and all together have more than the worker may."""
LIMIT = 640_000_000
"""Bytes that the process may write to: 60 threads may have stacks of 8 MB, and the rest has 60 MB."""


def document() -> dict[str, Any]:
    value = json.dumps({"text": "x" * LARGE})
    about = {"objectTypeName": "java.util.LinkedHashMap", "serializationDataFormat": "application/json"}
    return {"type": "Object", "value": value, "valueInfo": about}


@pytest.fixture
def admin(engine_of: EngineOf) -> Iterator[Admin]:
    """Of the engine that keeps its state on disk: it lives with half a gigabyte, too."""
    admin = Admin(engine_of("camunda", guarded=True).base_url, LOGIN)
    yield admin
    admin.clean()


def test_large_variables_that_nobody_reads_end_no_process_that_may_have_little_memory(
    admin: Admin, worker_for: WorkerFor, key: str, portal: Portal
) -> None:
    admin.deploy(sequence(key, {"ours": key}))
    instances = [admin.start(key, {"big": document(), "title": f"step {number}"}) for number in range(STEPS)]
    user, password = LOGIN
    login = {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": user, "CAMUNDA_AUTH_PASSWORD": password}
    worker = worker_for(admin.base_url, key, **login).start(fresh=True)
    resource.prlimit(worker.process.pid, resource.RLIMIT_DATA, (LIMIT, LIMIT))

    def served() -> bool:
        assert worker.process.poll() is None, worker.log_path.read_text(encoding="utf-8")[-2000:]
        return all(admin.ended(one) for one in instances)

    wait_until(served, "all are served", 60)
    assert {task.fields["TITLE"] for task in portal.tasks()} == {f"step {number}" for number in range(STEPS)}
    assert worker.stop() == 0
