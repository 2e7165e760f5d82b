"""Variables through a real engine: what a process starts with is read, and what we complete with comes back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

import pytest
import requests

from tests.support.models import definitions
from worker.engine.variables import decode, encode
from worker.model import FileVariable, UnreadableVariable

BPMN = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="1">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="one"/>
    <bpmn:serviceTask id="one" camunda:type="external" camunda:topic="{key}"/>
    <bpmn:sequenceFlow id="f2" sourceRef="one" targetRef="two"/>
    <bpmn:serviceTask id="two" camunda:type="external" camunda:topic="{key}"/>
    <bpmn:sequenceFlow id="f3" sourceRef="two" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
""")
WORKER = "variables-roundtrip"
SECONDS = 30
NO_JSON = ("Unsupported value type", "Cannot find serializer for value")
PLAIN: dict[str, Any] = {
    "nothing": None,
    "yes": True,
    "no": False,
    "whole": 42,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "real": 0.1,
    "text": 'Договор «Ромашка» & "Co" 😀 [USER=1] #tag\n',
    "longest": "я" * 4000,
    "bytes": bytes(range(256)),
    "moment": datetime(2026, 9, 30, 18, 0, 0, 123000, timezone(timedelta(hours=3))),
}
STRUCTURED: dict[str, Any] = {
    "mapping": {"клиент": {"имя": "Анна", "суммы": [1, 2.5, None, True]}, "value": 1},
    "list": [1, "два", {"три": 3}],
    "empty": {},
}
LONG: dict[str, Any] = {
    "too_long": "я" * 4001,
    "too_long_in_units": "😀" * 2001,
}


class Engine(Protocol):
    base_url: str


class Process:
    """One deployed definition of two external tasks in a row."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = f"variables_{uuid.uuid4().hex}"
        file = (f"{self._key}.bpmn", BPMN.format(key=self._key), "text/xml")
        answer = requests.post(
            f"{self._base_url}/deployment/create",
            data={"deployment-name": self._key},
            files={"data": file},
            timeout=SECONDS,
        )
        answer.raise_for_status()
        self._deployment = answer.json()["id"]

    def start(self, variables: dict[str, Any]) -> requests.Response:
        return self._post(f"/process-definition/key/{self._key}/start", {"variables": variables})

    def fetch(self) -> tuple[str, dict[str, Any]]:
        """Id and raw variables of the one task that there is."""
        topic = {"topicName": self._key, "lockDuration": 60_000, "deserializeValues": False}
        answer = self._post("/external-task/fetchAndLock", {"workerId": WORKER, "maxTasks": 1, "topics": [topic]})
        answer.raise_for_status()
        (task,) = answer.json()
        return task["id"], task["variables"]

    def complete(self, task_id: str, variables: dict[str, Any]) -> None:
        answer = self._post(f"/external-task/{task_id}/complete", {"workerId": WORKER, "variables": variables})
        assert answer.status_code == 204, answer.text

    def remove(self) -> None:
        url = f"{self._base_url}/deployment/{self._deployment}"
        requests.delete(url, params={"cascade": "true"}, timeout=SECONDS)

    def _post(self, path: str, body: object) -> requests.Response:
        return requests.post(self._base_url + path, json=body, timeout=SECONDS)


@pytest.fixture
def process(engine: Engine) -> Iterator[Process]:
    process = Process(engine.base_url)
    yield process
    process.remove()


@pytest.fixture
def needs_json(process: Process) -> None:
    answer = process.start({"probe": {"type": "Json", "value": "{}"}})
    if any(words in answer.text for words in NO_JSON):
        pytest.skip("this engine has no JSON data format (Spin)")
    answer.raise_for_status()
    task_id, _ = process.fetch()
    process.complete(task_id, {})
    process.complete(process.fetch()[0], {})


def through(process: Process, values: dict[str, Any], *, json_supported: bool = True) -> None:
    """Given to the process at its start and to the engine at completion, the values come back the same."""
    process.start(encode(values, json_supported=json_supported)).raise_for_status()
    task_id, raw = process.fetch()
    assert decode(raw) == values

    results = {f"result_{name}": value for name, value in decode(raw).items()}
    process.complete(task_id, encode(results, json_supported=json_supported))

    _, raw = process.fetch()
    assert decode(raw) == values | results


def test_plain_values_come_back(process: Process) -> None:
    through(process, PLAIN)


@pytest.mark.usefixtures("needs_json")
def test_json_comes_back(process: Process) -> None:
    through(process, STRUCTURED)


def test_objects_in_json_come_back_from_engines_without_spin_too(process: Process) -> None:
    through(process, STRUCTURED | LONG, json_supported=False)


def test_a_file_is_known_by_name_only(process: Process) -> None:
    about = {"filename": "a.txt", "mimeType": "text/plain", "encoding": "UTF-8"}
    process.start({"file": {"type": "File", "value": "YWJj", "valueInfo": about}}).raise_for_status()

    assert decode(process.fetch()[1]) == {"file": FileVariable("a.txt", "text/plain", "UTF-8")}


def test_small_types_are_read(process: Process) -> None:
    raw = {
        "short": {"type": "Short", "value": 7},
        "integer": {"type": "Integer", "value": -7},
        "untyped": {"value": "x"},
    }
    process.start(raw).raise_for_status()

    assert decode(process.fetch()[1]) == {"short": 7, "integer": -7, "untyped": "x"}


@pytest.mark.usefixtures("needs_json")
def test_a_broken_variable_leaves_the_others_readable(process: Process) -> None:
    process.start({"broken": {"type": "Json", "value": "{broken"}, "fine": {"value": "x"}}).raise_for_status()

    decoded = decode(process.fetch()[1])

    assert isinstance(decoded.pop("broken"), UnreadableVariable)
    assert decoded == {"fine": "x"}


def test_a_java_object_is_unreadable_and_harms_nothing(process: Process) -> None:
    process.start({"java": {"value": {"a": 1}}, "fine": {"value": "x"}}).raise_for_status()

    decoded = decode(process.fetch()[1])

    java = decoded.pop("java")
    assert isinstance(java, UnreadableVariable)
    assert "x-java-serialized-object" in java.reason.en
    assert decoded == {"fine": "x"}
