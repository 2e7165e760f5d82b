"""The synchronisation as the portal's module expects it: five checks.

Run by pytest, or by itself from anywhere: `python3 tests/test_sync_functionality.py` (one line for each check; the exit
code is 1 when one has failed). No network: the portal's answers are made here.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints
from unittest.mock import patch

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    installed = root / ".venv" / "bin" / "python"
    if importlib.util.find_spec("tenacity") is None and installed.exists() and Path(sys.prefix) != root / ".venv":
        os.execv(installed, [str(installed), *sys.argv])  # noqa: S606 - the interpreter that has the libraries
    sys.path.insert(0, str(root))

import requests

from bitrix.client import BitrixClient
from bitrix.webhook import WebhookUrl
from worker.outbox.sync_sender import SyncSender
from worker.runtime.telemetry import Telemetry

INSTANCE = "49b3b068-aff0-11f0-b47d-00b436387543"
MESSAGE = {"processInstanceId": INSTANCE, "processDefinitionKey": "Process_qunad56t0"}
ACCEPTED = {
    "result": {
        "success": True,
        "message": "Webhook received",
        "processInstanceId": INSTANCE,
        "processDefinitionKey": "Process_qunad56t0",
        "timestamp": "2025-10-23 08:08:57",
    }
}
REFUSED = {"result": {"success": False, "error": "Camunda is away"}}


class Silence(Telemetry):
    """A log that nobody reads."""

    def __init__(self) -> None:
        super().__init__(None, "ru")

    def emit(self, event: str, /, **facts: object) -> None:
        pass


class Module:
    """The portal's module: answers in turn, the last answer for ever, and keeps what it was sent."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self._answers = list(answers or [ACCEPTED])
        self.requests: list[requests.PreparedRequest] = []

    def sender(self, webhook: str = "https://portal.example/rest/1/secret/") -> SyncSender:
        return SyncSender(BitrixClient(WebhookUrl.parse(webhook)), Silence(), sleep=lambda _: None)

    def send(self, message: Mapping[str, Any], sender: SyncSender) -> bool:
        with patch("requests.Session.send", lambda _, request, **__: self._answer(request)):
            return sender.send_sync_request(message)

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        self.requests.append(request)
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]).encode()
        return answer

    def sent(self, message: Mapping[str, Any]) -> Any:
        """The body that one message becomes; None where nothing is sent."""
        before = len(self.requests)
        self.send(message, self.sender())
        return json.loads(self.requests[-1].body or "null") if len(self.requests) > before else None


def test_process_definition_key() -> None:
    """Taken as it is; only without one the definition id's text before its first `:` stands in."""

    def key(message: Mapping[str, Any]) -> Any:
        return Module().sent({"processInstanceId": INSTANCE, **message})["processDefinitionKey"]

    assert key({"processDefinitionKey": "Process_qunad56t0"}) == "Process_qunad56t0"
    assert key({"processDefinitionKey": "Process_a", "processDefinitionId": "Process_b:3:uuid"}) == "Process_a"
    assert key({"processDefinitionKey": "no:parsing", "processDefinitionId": "x:1:y"}) == "no:parsing"
    assert key({"processDefinitionId": "Process_x:3:uuid"}) == "Process_x"
    assert key({"processDefinitionKey": None, "processDefinitionId": "Process_x:3:uuid"}) == "Process_x"


def test_sync_data() -> None:
    """Two fields, nothing else, as JSON; nothing at all where one of them is unknown."""
    module = Module()
    assert module.sent(MESSAGE | {"variables": {"title": "x"}, "topicName": "bitrix_create_task"}) == MESSAGE
    assert module.requests[0].headers["Content-Type"] == "application/json"
    assert module.sent({"processDefinitionKey": "Process_qunad56t0"}) is None
    assert module.sent({"processInstanceId": INSTANCE}) is None
    assert module.sent({}) is None


def test_sync_url() -> None:
    """One `/` before the method, whether or not the setting ends in one; a POST."""
    for webhook in ("https://portal.example/rest/1/secret", "https://portal.example/rest/1/secret/"):
        module = Module()
        module.send(MESSAGE, module.sender(webhook))
        [request] = module.requests
        assert (request.method, request.url) == ("POST", "https://portal.example/rest/1/secret/imena.camunda.sync")


def test_sync_method() -> None:
    """`send_sync_request(message_data: Mapping) -> bool`: True when the module has accepted, else False."""
    method = SyncSender.send_sync_request
    assert list(inspect.signature(method).parameters) == ["self", "message_data"]
    assert get_type_hints(method) == {"message_data": Mapping[str, Any], "return": bool}
    for answer, accepted in (
        (ACCEPTED, True),
        (REFUSED, False),
        ({"error": "ERROR_CORE", "error_description": "thrown"}, False),
        ({"result": {}}, False),
    ):
        module = Module(answer)
        assert module.send(MESSAGE, module.sender()) is accepted


def test_sync_statistics() -> None:
    """Sent, failed once for each short series, and the per cent of sent among both; skipped ones count in neither."""
    module = Module(ACCEPTED, ACCEPTED, ACCEPTED, REFUSED)
    sender = module.sender()
    statistics = sender.statistics
    assert (statistics.sync_requests_sent, statistics.sync_requests_failed, statistics.sync_success_rate) == (0, 0, 0)
    for _ in range(4):
        module.send(MESSAGE, sender)
    module.send({}, sender)
    assert (statistics.sync_requests_sent, statistics.sync_requests_failed) == (3, 1)
    assert statistics.sync_success_rate == 75
    assert len(module.requests) > 4, "a failure is a whole series of attempts"


CHECKS = (
    test_process_definition_key,
    test_sync_data,
    test_sync_url,
    test_sync_method,
    test_sync_statistics,
)


def main() -> int:
    """Run all checks; the exit code is 1 when one has failed."""
    failed = 0
    for check in CHECKS:
        try:
            check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other checks still run
            failed += 1
            print(f"FAIL {check.__name__}: {type(error).__name__} {error}".rstrip())
        else:
            print(f"ok   {check.__name__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
