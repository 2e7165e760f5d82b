"""The calls of the demonstration to an engine: deploy, start, query."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

SECONDS = 60


class EngineClient:
    """A few calls to the engine's REST API; each raises if the answer is an error."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def deploy(self, path: Path) -> None:
        files = {"data": (path.name, path.read_bytes(), "text/xml")}
        self._call("POST", "/deployment/create", data={"deployment-name": path.stem}, files=files)

    def start(self, key: str, name: str, variables: Mapping[str, Any]) -> str:
        """Start an instance with this business key; returns its id."""
        body = {"businessKey": name, "variables": variables}
        return str(self._call("POST", f"/process-definition/key/{key}/start", json=body).json()["id"])

    def external_tasks(self, instance: str) -> list[dict[str, Any]]:
        """The external tasks that the instance waits at."""
        return list(self._call("GET", "/external-task", params={"processInstanceId": instance}).json())

    def ended(self, instance: str) -> bool:
        answer = requests.get(f"{self._base_url}/process-instance/{instance}", timeout=SECONDS)
        if answer.status_code == 404:
            return True
        answer.raise_for_status()
        return False

    def _call(self, verb: str, path: str, **what: Any) -> requests.Response:
        answer = requests.request(verb, self._base_url + path, timeout=SECONDS, **what)
        answer.raise_for_status()
        return answer
