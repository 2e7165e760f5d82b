"""A worker of the Python library 4.5.0, as its documentation shows it: the library's own, with one thread.

Arguments: the engine's REST address, the topic, the portal's webhook.
"""

from __future__ import annotations

import sys
from typing import Any

import requests
from camunda.external_task.external_task import ExternalTask, TaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker

ENGINE, TOPIC, WEBHOOK = sys.argv[1:]
portal = requests.Session()


def call(method: str, params: dict[str, Any]) -> Any:
    answer = portal.post(f"{WEBHOOK}{method}", json=params, timeout=75)
    answer.raise_for_status()
    return answer.json()["result"]


def handle(task: ExternalTask) -> TaskResult:
    instance = task.get_process_instance_id()
    ties = {"XML_ID": f"camunda:{task.get_task_id()}", "UF_PROCESS_INSTANCE_ID": instance}
    made = call("tasks.task.add", {"fields": {"TITLE": "Approve", "RESPONSIBLE_ID": 1, **ties}})
    key = task._context["processDefinitionKey"]  # the library has no getter for it
    call("imena.camunda.sync", {"processInstanceId": instance, "processDefinitionKey": key})
    return task.complete({"bitrixTaskId": int(made["task"]["id"])})


config = {"maxTasks": 50, "lockDuration": 150_000, "asyncResponseTimeout": 8_000, "retries": 3, "sleepSeconds": 1}
ExternalTaskWorker(worker_id="python-library", base_url=ENGINE, config=config).subscribe(TOPIC, handle)
