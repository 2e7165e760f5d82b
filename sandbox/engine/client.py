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
        answer = requests.post(
            f"{self._base_url}/deployment/create",
            data={"deployment-name": path.stem},
            files={"data": (path.name, path.read_bytes(), "text/xml")},
            timeout=SECONDS,
        )
        answer.raise_for_status()

    def start(self, key: str, name: str, variables: Mapping[str, Any]) -> str:
        """Start an instance with this business key; returns its id."""
        body = {"businessKey": name, "variables": variables}
        answer = requests.post(f"{self._base_url}/process-definition/key/{key}/start", json=body, timeout=SECONDS)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def external_tasks(self, instance: str) -> list[dict[str, Any]]:
        """The external tasks that the instance waits at."""
        answer = requests.get(
            f"{self._base_url}/external-task", params={"processInstanceId": instance}, timeout=SECONDS
        )
        answer.raise_for_status()
        return list(answer.json())

    def ended(self, instance: str) -> bool:
        answer = requests.get(f"{self._base_url}/process-instance/{instance}", timeout=SECONDS)
        if answer.status_code == 404:
            return True
        answer.raise_for_status()
        return False
