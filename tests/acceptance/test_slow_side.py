"""A portal that answers each call, but slowly, is told on every surface as what it is, and so is its end."""

from __future__ import annotations

import html
import json
import re
import socket

import requests

from sandbox.engine.builtin import BuiltinEngine
from sandbox.faults import Fault
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from worker.runtime.call_times import SLOW_SECONDS
from worker.words.codes import PartName
from worker.words.headline import PAUSED_PARTS

PATIENT = {
    "BITRIX_SERVER_MAX_SECONDS": "60",
    "BITRIX_REQUEST_TIMEOUT": "61",
    "CAMUNDA_LOCK_SECONDS": "150",
    "WAITING_POLL_SECONDS": "0.5",
}


def test_a_portal_that_is_slow_is_told_with_figures_until_it_is_quick_again(
    portal: Portal, key: str, worker_for: WorkerFor
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with BuiltinEngine() as engine:
        config = f"topics: {{{key}: {{wait_for_close: true}}}}"
        worker = worker_for(
            engine.base_url, key, config=config, HTTP_PORT=str(port), LOG_LANGUAGE="en", **PATIENT
        ).start()
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        admin.start(key)
        worker.wait_for("task.waiting", seconds=60)
        portal.faults.add(Fault("*", seconds=SLOW_SECONDS + 0.3, times=None))
        (told,) = worker.wait_for("side.slow", seconds=90)
        assert "a call takes 5." in told["message"]
        found = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20).json()
        [pause] = found["pauses"]
        assert (found["good"], pause["part"], pause["cause"], pause["passes"]) == (
            True,
            "slow_portal",
            "portal_slow",
            True,
        )
        page = requests.get(f"http://127.0.0.1:{port}/?lang=en", timeout=20).text
        shown = html.unescape(re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
        status = worker.command("status")
        data = json.loads(worker.command("status", "--json").stdout)
        for text in (shown, status.stdout, data["headline"]):
            assert PAUSED_PARTS[PartName.SLOW_PORTAL].en in text
        for text in (shown, status.stdout, data["pauses"][0]["text"]):
            assert "tasks a minute" in text
            assert "Check the load" in text
        assert status.stdout.splitlines()[1].startswith("the portal: "), "nothing is paused"
        portal.faults.clear()
        worker.wait_for("side.not_slow", seconds=90)
        wait_until(lambda: not requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20).json()["pauses"], "over", 60)
        assert not worker.events("fetch.paused"), "it answered all the time"
