"""A topic is asked for all variables while they are small: what else its steps see changes nothing and stops nobody."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.proxy import Harm, Proxy

FETCH = "fetchAndLock"
SLOTS = {"CAMUNDA_MAX_IN_FLIGHT": "2"}
PATIENT = {"CAMUNDA_LONG_POLL_SECONDS": "8"}
"""Its fetches get twelve seconds: a busy engine needs more than five for some megabytes, which is no failed fetch."""
UNHEARD: dict[str, Any] = {"title": "a step", "Uf_ReSULT_Expected": "yes", "note": "x"}
"""With a mark that no fetch by name would find: if it counted, the step would wait."""
BACKLOG = 12


def an_object(value: str) -> dict[str, Any]:
    about = {"objectTypeName": "no.such.Class", "serializationDataFormat": "application/json"}
    return {"type": "Object", "value": value, "valueInfo": about}


FILE = {"type": "File", "value": base64.b64encode(b"x" * 10_000_000).decode(), "valueInfo": {"filename": "a.bin"}}
SHAPES: dict[str, dict[str, Any]] = {
    "a broken object": {"odd": an_object("{broken")},
    "a Java list": {"odd": {"value": ["x", {"n": 2}]}},
    "a document": {"odd": an_object(json.dumps({"x": "x" * 4_000_000}))},
    "a file": {"odd": FILE},
    "very many": {f"v{number}": number for number in range(500)},
}
SMALL = ("a broken object", "a Java list")


def asks_for_all(request: Request) -> bool:
    return any(topic["variables"] is None for topic in request.body["topics"])


@pytest.mark.parametrize("shape", SHAPES)
def test_what_no_template_reads_changes_nothing(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, portal: Portal, shape: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}))
    instances = [admin.start(key, UNHEARD) for _ in range(BACKLOG)]
    instances += [admin.start(key, UNHEARD | SHAPES[shape]) for _ in range(3)]
    instances += [admin.start(key, UNHEARD) for _ in range(3)]
    with Proxy(engine.base_url, longest_poll=1.0) as proxy:
        whole: list[bool] = []
        proxy.meddle = lambda call, request: whole.append(asks_for_all(request)) if call == FETCH else None
        worker = worker_for(proxy.url(engine.base_url), key, **SLOTS, **PATIENT).start()
        wait_until(lambda: all(map(admin.ended, instances)), "all are served", 120)
        assert worker.stop() == 0
    assert [task.fields["TITLE"] for task in portal.tasks()] == ["a step"] * len(instances)
    assert whole[0] is False, "nothing is known yet"
    assert True in whole
    told = [event["topic"] for event in worker.events("fetch.by_name")]
    assert told == ([] if shape in SMALL else [key])
    assert not worker.events("task.odd") + worker.events("fetch.too_long") + worker.events("fetch.doubtful")


SAID = {"type": "ProcessEngineException", "message": "cannot deserialize object in variable 'v'", "code": 0}
FAULTS = {
    "refused": Harm(forward=False, reply=Reply(500, SAID)),
    "dropped": Harm(reply=Reply(drop=True)),
    "unwritten": Harm(reply=Reply(500, text="x (through reference chain: y)", content_type="text/plain")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fetch_that_fails_only_with_all_variables_costs_no_step(
    worker_for: WorkerFor, key: str, portal: Portal, fault: str
) -> None:
    """The steps of an answer that was lost are released at once, not when their locks end."""
    with BuiltinEngine() as engine, Proxy(engine.base_url) as proxy:
        proxy.meddle = lambda call, request: FAULTS[fault] if call == FETCH and asks_for_all(request) else None
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        instances = [admin.start(key, UNHEARD) for _ in range(BACKLOG)]
        worker = worker_for(proxy.url(engine.base_url), key, **SLOTS).start()
        wait_until(lambda: all(map(admin.ended, instances)), "all are served", 60)
        assert [event["topic"] for event in worker.events("fetch.by_name")] == [key]
        assert len(portal.tasks()) == BACKLOG
        assert worker.stop() == 0
        assert not worker.events("fetch.refused") + worker.events("task.failed") + worker.events("task.incident")
