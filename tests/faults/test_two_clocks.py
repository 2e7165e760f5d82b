"""An engine of two nodes whose clocks are apart, and two workers with ledgers of their own: one task."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm, Proxy
from tests.support.waiting_scene import WaitingScene

APART = 3.0
FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"
SETTINGS = {
    "BITRIX_SERVER_MAX_SECONDS": "3",
    "BITRIX_MARGIN_SECONDS": "3.5",
    "BITRIX_REQUEST_TIMEOUT": "4",
    "CAMUNDA_LOCK_SECONDS": "15",
    "CAMUNDA_CLOCK_SKEW_SECONDS": str(APART),
}
"""A step is surely first for 3 s; by a node that is behind, for 6."""


def behind(call: str, _: Request) -> Harm | None:
    """The node that answers this fetch is behind the one that ran the step."""
    return Harm(change=_earlier) if call == "fetchAndLock" else None


def _earlier(reply: Reply) -> Reply:
    tasks: list[dict[str, Any]] = json.loads(reply.content())
    for task in tasks:
        told = datetime.fromisoformat(task["lockExpirationTime"]) - timedelta(seconds=APART)
        task["lockExpirationTime"] = told.strftime(FORMAT)
    return Reply(reply.status, text=json.dumps(tasks), content_type=reply.content_type)


def test_what_a_stop_gives_back_is_surely_first_for_no_node(camunda: RunningEngine, tmp_path: Path) -> None:
    with WaitingScene(camunda.base_url, tmp_path) as scene, Proxy(camunda.base_url, behind) as node:
        one = scene.worker("one", **SETTINGS).start()
        scene.start_instances()
        one.wait_for("task.waiting")
        since = time.monotonic()
        other = scene.worker("other", CAMUNDA_BASE_URL=node.url(scene.admin.base_url), **SETTINGS).start()
        other.wait_for("worker.ready")
        time.sleep(max(since + 3.1 - time.monotonic(), 0.0))  # the age is the matter: too old for P1 by its own clock
        assert one.stop() == 0
        wait_until(lambda: other.events("task.waiting"), "the other has it")
        assert scene.duplicates() == {}
        assert other.wait_for("task.adopted")
        scene.answer()
        scene.until_ended()
