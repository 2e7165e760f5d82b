"""The least that a worker with `requests` does for a task: three calls and one durable write, in fifty threads.

It has no intent before the create, no outbox, no log and no templates. So no worker with `requests` can cost less.
Arguments: the engine's REST address, the topic, the portal's webhook.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

ENGINE, TOPIC, WEBHOOK = sys.argv[1:]
SLOTS = 50
LEAST_FREE = SLOTS // 4
"""A fetch waits until so many slots are free."""
WORKER = {"workerId": "requests-floor"}
TOPICS = [{"topicName": TOPIC, "lockDuration": 150_000, "deserializeValues": False}]

http = requests.Session()
http.trust_env = False  # to read the environment's proxies for each call costs a third more
http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=SLOTS))
free = threading.Semaphore(SLOTS)
turn = threading.Lock()
ledger = sqlite3.connect("floor.db", check_same_thread=False, isolation_level=None)
for statement in (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "CREATE TABLE tasks (id TEXT PRIMARY KEY, portal_task INTEGER)",
):
    ledger.execute(statement)


def call(address: str, body: dict[str, Any]) -> requests.Response:
    answer = http.post(address, json=body, timeout=75)
    answer.raise_for_status()
    return answer


def handle(task: dict[str, Any]) -> None:
    instance, key = task["processInstanceId"], task["processDefinitionKey"]
    ties = {"XML_ID": f"camunda:{task['id']}", "UF_PROCESS_INSTANCE_ID": instance}
    fields = {"TITLE": "Approve", "RESPONSIBLE_ID": 1, **ties}
    number = int(call(f"{WEBHOOK}tasks.task.add", {"fields": fields}).json()["result"]["task"]["id"])
    with turn:
        ledger.execute("INSERT INTO tasks VALUES (?, ?)", (task["id"], number))
    result = {"bitrixTaskId": {"type": "Long", "value": number}}
    call(f"{ENGINE}/external-task/{task['id']}/complete", {**WORKER, "variables": result})
    call(f"{WEBHOOK}imena.camunda.sync", {"processInstanceId": instance, "processDefinitionKey": key}).json()
    free.release()


def fetched(most: int) -> list[dict[str, Any]]:
    wish = {**WORKER, "maxTasks": most, "asyncResponseTimeout": 8_000, "topics": TOPICS}
    tasks: list[dict[str, Any]] = call(f"{ENGINE}/external-task/fetchAndLock", wish).json()
    return tasks


with ThreadPoolExecutor(SLOTS) as pool:
    while True:
        taken = 0
        while free.acquire(blocking=taken < LEAST_FREE):
            taken += 1
        for one in fetched(taken):
            pool.submit(handle, one)
            taken -= 1
        for _ in range(taken):
            free.release()
