"""What the tests ask of an engine beside the worker: deploy, start, look. The same calls on every engine."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any

import requests

from tests.support.models import definitions

SECONDS = 120
WAIT_SECONDS = 30.0
PATIENCE = 4.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.04, 0.4
"""Between two looks, the longer the wait the longer: each look takes CPU from what is waited for."""
WITHOUT_NEWS = 1.0
"""Seconds until the next look where somebody tells of news, and there are none."""
HEAD = """  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
"""
STEP = """    <bpmn:serviceTask id="{id}" camunda:type="external" camunda:topic="{topic}">
      <bpmn:extensionElements>{extensions}</bpmn:extensionElements>
    </bpmn:serviceTask>
"""
TAIL = """    <bpmn:endEvent id="end"/>
{flows}  </bpmn:process>
"""


def sequence(key: str, topics: Mapping[str, str], *, extensions: str = "") -> str:
    """BPMN of external tasks one after the other: id → topic; `extensions` go into the first."""
    steps = [
        STEP.format(id=id_, topic=topic, extensions=extensions if number == 0 else "")
        for number, (id_, topic) in enumerate(topics.items())
    ]
    way = ["start", *topics, "end"]
    flows = [
        f'    <bpmn:sequenceFlow id="flow{number}" sourceRef="{one}" targetRef="{other}"/>\n'
        for number, (one, other) in enumerate(pairwise(way))
    ]
    return definitions(HEAD.format(key=key) + "".join(steps) + TAIL.format(flows="".join(flows)))


class Admin:
    """An operator's calls; each raises for an answer that is not good."""

    def __init__(self, base_url: str, auth: tuple[str, str] | None = None) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = auth
        self._deployments: list[str] = []

    def call(self, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
        """The plain answer, good or not."""
        return self._session.request(method, self.base_url + path, json=body, params=query, timeout=SECONDS)

    def get(self, path: str, **query: str) -> Any:
        answer = self.call("GET", path, **query)
        answer.raise_for_status()
        return answer.json()

    def deploy(self, bpmn: str, tenant_id: str | None = None) -> None:
        refused = self.refused(bpmn, tenant_id)
        assert refused is None, refused

    def refused(self, bpmn: str, tenant_id: str | None = None) -> str | None:
        """Deploy, if the engine accepts the model; otherwise why it does not."""
        answer = self._session.post(
            f"{self.base_url}/deployment/create",
            data={"deployment-name": "tests"} | ({"tenant-id": tenant_id} if tenant_id else {}),
            files={"data": (f"{uuid.uuid4().hex}.bpmn", bpmn, "text/xml")},
            timeout=SECONDS,
        )
        if answer.status_code != 200:
            return answer.text
        self._deployments.append(answer.json()["id"])
        return None

    def clean(self) -> None:
        """Remove what was deployed here, with its instances."""
        with suppress(requests.ConnectionError, requests.Timeout):  # gone, or busy with removing very much
            for deployment in self._deployments:
                self.call("DELETE", f"/deployment/{deployment}", cascade="true")

    def remove(self, name: str) -> None:
        """Remove what others have deployed under this name, with its instances."""
        for deployment in self.get("/deployment", name=name):
            self.call("DELETE", f"/deployment/{deployment['id']}", cascade="true")

    def start(
        self,
        key: str,
        variables: Mapping[str, Any] | None = None,
        business_key: str | None = None,
        *,
        tenant_id: str | None = None,
    ) -> str:
        """Start an instance; variables are plain, or typed as `{"type": …, "value": …}`. Returns its id."""
        typed = {
            name: value if isinstance(value, dict) else {"value": value} for name, value in (variables or {}).items()
        }
        body = {"variables": typed, "businessKey": business_key}
        whose = f"/tenant-id/{tenant_id}" if tenant_id else ""
        answer = self.call("POST", f"/process-definition/key/{key}{whose}/start", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def tasks(self, instance: str) -> list[dict[str, Any]]:
        """The external tasks that an instance waits at."""
        return list(self.get("/external-task", processInstanceId=instance))

    def task(self, instance: str) -> dict[str, Any]:
        (task,) = self.tasks(instance)
        return task

    def variables(self, instance: str) -> dict[str, Any]:
        return dict(self.get(f"/process-instance/{instance}/variables", deserializeValues="false"))

    def ended(self, instance: str) -> bool:
        return self.call("GET", f"/process-instance/{instance}").status_code == 404

    def incidents(self, instance: str) -> list[dict[str, Any]]:
        return list(self.get("/incident", processInstanceId=instance))

    def raise_retries(self, task_id: str, retries: int = 1) -> None:
        assert self.call("PUT", f"/external-task/{task_id}/retries", {"retries": retries}).status_code == 204


def wait_until(
    true: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS, news: threading.Event | None = None
) -> Any:
    """The first true value of `true()`; fails with `what` when it stays false.

    `seconds` on a machine that has nothing else to do: a slow and busy one gets `PATIENCE` times as many. `news` is set
    by who sees that something may have changed.
    """
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    pause = SHORTEST_PAUSE
    while True:
        if news:
            news.clear()
        value = true()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)
        if news:
            news.wait(WITHOUT_NEWS)
        pause = min(pause * 1.3, LONGEST_PAUSE)
