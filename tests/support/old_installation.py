"""The installation that the worker replaces, by the traces it leaves: locks of a year, tasks tied by the UF field."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.portal import Portal
from tests.support.engine_admin import Admin

WORKER = "camunda-worker"
YEAR_MS = 365 * 24 * 3600 * 1000


class OldInstallation:
    """Its Camunda worker and its task creator, without the queue between them."""

    def __init__(self, admin: Admin, portal: Portal, topic: str) -> None:
        self._admin = admin
        self._portal = portal
        self._topic = topic

    def lock(self, most: int) -> list[dict[str, Any]]:
        """Fetch up to so many external tasks and lock them for a year."""
        body = {
            "workerId": WORKER,
            "maxTasks": most,
            "topics": [{"topicName": self._topic, "lockDuration": YEAR_MS}],
        }
        answer = self._admin.call("POST", "/external-task/fetchAndLock", body)
        answer.raise_for_status()
        return list(answer.json())

    def make(self, task: dict[str, Any], expected: str = "1") -> int:
        """Its Bitrix24 task: no XML_ID, only the field that names the external task."""
        fields = {
            "TITLE": f"Old task of {task['processInstanceId']}",
            "RESPONSIBLE_ID": 7,
            "CREATED_BY": 1,
            "UF_CAMUNDA_ID_EXTERNAL_TASK": task["id"],
            "UF_PROCESS_INSTANCE_ID": task["processInstanceId"],
            "UF_ELEMENT_ID": task["activityId"],
            "UF_RESULT_EXPECTED": expected,
        }
        answer = requests.post(f"{self._portal.webhook_url}tasks.task.add", json={"fields": fields}, timeout=30)
        answer.raise_for_status()
        return int(answer.json()["result"]["task"]["id"])
