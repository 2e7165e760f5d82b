"""A worker and very many steps that wait for people, on a real Camunda: what `waiting` measures.

The steps, their tasks and the rows of the ledger are made beside the worker, which does not create them.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import requests

from bitrix.task_states import AT_ONCE
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.bench.tables import progress
from tests.support.engine_admin import Admin, wait_until
from tests.support.fork_server import environment
from tests.support.models import definitions
from tests.support.processes import cpu_seconds, megabytes
from tests.support.worker_process import WorkerProcess
from worker.config.settings import TopicSettings
from worker.engine import answers
from worker.ledger import Ledger
from worker.model import FetchedTask, Promise, Stage
from worker.runtime.deadlines import LONGEST_WAITING_LOCK
from worker.tasks.kept_steps import KeptSteps

OF_AN_INSTANCE = 100
"""Steps of one process instance: as many instances as steps would take the engine longer than all the rest."""
MODEL = """  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:serviceTask id="ours" camunda:type="external" camunda:topic="{key}">
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopCardinality>{count}</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:serviceTask>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="in" sourceRef="start" targetRef="ours"/>
    <bpmn:sequenceFlow id="out" sourceRef="ours" targetRef="end"/>
  </bpmn:process>
"""
TOKEN = "token-of-the-bench"
WORKER_ID = "bench"
PRODUCTION = {
    "BITRIX_SERVER_MAX_SECONDS": "60",
    "BITRIX_MARGIN_SECONDS": "10",
    "BITRIX_REQUEST_TIMEOUT": "75",
    "CAMUNDA_LOCK_SECONDS": "150",
    "CAMUNDA_LONG_POLL_SECONDS": "8",
    "WAITING_POLL_SECONDS": "30",
    "WAITING_SWEEP_SECONDS": "120",
    "WAITING_LOCK_SECONDS": "600",
    "LOG_LEVEL": "info",
    "CAMUNDA_MAX_IN_FLIGHT": "200",
    "WAITING_APPLICATION_TOKEN": TOKEN,
    "CAMUNDA_WORKER_ID": WORKER_ID,
}
"""The shipped settings, nothing is scaled; but more in flight, as each fetch looks at all steps of the topic."""
WAITING_NOW = re.compile(r"^bitrix_worker_waiting ([\d.e+]+)", re.MULTILINE)
ENGINE_CALLS = re.compile(r"bitrix_worker_engine_calls_total\{call=\"([^\"]+)\"\} ([\d.e+]+)")
PATIENT = 3600.0
LOCKED_AT_ONCE = 500
ROW = """
    INSERT INTO tasks (external_task_id, stage, owner, attempt, spent, topic, worker_id, process_instance_id,
                       process_definition_key, activity_id, portal_task_id, promise, kept, kept_under, waiting_since,
                       created_at, updated_at)
    VALUES (?, ?, 'earlier', 1, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """A minute in which nothing changes. `calls`: to the portal; `to_engine`: to the engine; `cpu`: of one core."""

    calls: Mapping[str, float]
    to_engine: Mapping[str, float]
    cpu: float
    memory: float

    @property
    def portal(self) -> float:
        return sum(self.calls.values())

    @property
    def engine(self) -> float:
        return sum(self.to_engine.values())


@dataclass(frozen=True, slots=True)
class Released:
    """A stop: how long it took, and how many steps it left locked for the next start."""

    seconds: float
    left: int


class _Whole:
    """Keeps all of a step, as if a result needed it."""

    def kept(self, task: FetchedTask) -> FetchedTask:
        return replace(task, create_time=None, lock_expiration=None)


class Crowd:
    """A worker, and so many steps that wait."""

    def __init__(self, engine: str, folder: Path, portal: Portal, count: int) -> None:
        self._admin, self._engine, self._portal, self._count = Admin(engine), engine, portal, count
        self._key = f"w_{uuid.uuid4().hex[:10]}"
        self._port = free_port()
        self._folder = folder
        self._steps: list[tuple[str, str, int]] = []
        """Those whose tasks are open: external task, process instance, Bitrix24 task."""
        self._worker: WorkerProcess | None = None
        self._environ = {
            **PRODUCTION,
            "CAMUNDA_BASE_URL": engine,
            "BITRIX_WEBHOOK_URL": portal.webhook_url,
            "HTTP_PORT": str(self._port),
        }

    def fill(self) -> None:
        """Make the steps, their tasks and the rows of the ledger, as an earlier run has left them: locked, waiting."""
        self._admin.deploy(definitions(MODEL.format(key=self._key, count=OF_AN_INSTANCE)))
        with ThreadPoolExecutor(2) as pool:
            for number, _ in enumerate(pool.map(lambda _: self._admin.start(self._key), self._instances())):
                progress(f"{number * OF_AN_INSTANCE:,} of {self._count:,} steps made")
        topic = TopicSettings(wait_for_close=True).model_dump_json()
        kept = KeptSteps(_Whole(), {self._key: topic})  # type: ignore[arg-type]
        rows = [self._waits(answers.external_task(raw), kept) for raw in self._locked()]
        Ledger(f"sqlite:///{self._ledger}", portal=self._origin, engine=self._engine, owner="earlier").close()
        with closing(sqlite3.connect(self._ledger)) as ledger, ledger:
            ledger.executemany(ROW, rows)

    def _waits(self, task: object, kept: KeptSteps) -> tuple[object, ...]:
        """Make its Bitrix24 task; returns its row of the ledger."""
        assert isinstance(task, FetchedTask)
        number = int(self._portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 7, "XML_ID": task.marker})["id"])
        self._steps.append((task.id, str(task.process_instance_id), number))
        _, told = kept.of(task)
        assert told
        now, promise, instance = time.time(), int(Promise.CLOSE), task.process_instance_id
        about = (self._key, WORKER_ID, instance, self._key, task.activity_id, number, promise)
        return (task.id, Stage.WAITING.value, *about, told.text, told.under, now, now, now)

    def _locked(self) -> Iterator[Mapping[str, Any]]:
        """Lock all steps for the worker, some at a time, with more than half of the time left that it asks for."""
        longest = max(float(PRODUCTION["WAITING_LOCK_SECONDS"]), min(2.0 * self._count, LONGEST_WAITING_LOCK))
        while True:
            seconds = random.uniform(0.5, 1.0) * longest
            topic = {"topicName": self._key, "lockDuration": int(seconds * 1000), "variables": []}
            body = {"workerId": WORKER_ID, "maxTasks": LOCKED_AT_ONCE, "topics": [topic]}
            rows = self._admin.call("POST", "/external-task/fetchAndLock", body).json()
            if not rows:
                return
            yield from rows
            progress(f"{len(self._steps):,} of {self._count:,} steps locked")

    def _instances(self) -> range:
        return range(self._count // OF_AN_INSTANCE)

    @property
    def _ledger(self) -> Path:
        return self._folder / "worker.db"

    @property
    def _origin(self) -> str:
        return WebhookUrl.parse(self._portal.webhook_url).portal

    @property
    def worker(self) -> WorkerProcess:
        assert self._worker
        return self._worker

    def start(self, full_look_minutes: str) -> float:
        """Start the worker, after the one before was killed. Seconds until all steps wait again."""
        if self._worker:
            self.worker.kill()
            self.worker.log_path.unlink()
        self._environ["WAITING_FULL_LOOK_MINUTES"] = full_look_minutes
        topics = f"topics: {{{self._key}: {{wait_for_close: true}}}}"
        self._worker = WorkerProcess(self._folder, topics, self._environ)
        began = time.monotonic()
        self.worker.start(fresh=True)
        self.worker.wait_for("http.listening", seconds=PATIENT)
        wait_until(self._all_wait, "all wait", PATIENT)
        return time.monotonic() - began

    def _all_wait(self) -> bool:
        time.sleep(1.0)
        [waiting] = map(float, WAITING_NOW.findall(self._get("metrics")))
        progress(f"{waiting:,.0f} of {len(self._steps):,} wait")
        return waiting >= len(self._steps)

    def quieten(self) -> None:
        """Until the list of changes is relied on, and a look at all tasks that was under way is over."""
        seconds, few = 2 * float(PRODUCTION["WAITING_POLL_SECONDS"]), self._count / AT_ONCE / 10

        def is_quiet() -> bool:
            before = len(self._portal.requests())
            time.sleep(seconds)
            return len(self._portal.requests()) - before < few

        wait_until(is_quiet, "few calls", PATIENT)

    def idle(self, seconds: float) -> Idle:
        """What it costs to wait."""
        pid = self.worker.process.pid
        portal, engine, cpu = len(self._portal.requests()), self._engine_calls(), cpu_seconds(pid)
        progress(f"idle for {seconds:.0f} s")
        time.sleep(seconds)
        calls = Counter(one.method for one in self._portal.requests()[portal:])
        minutes = seconds / 60
        to_engine = self._engine_calls() - engine
        return Idle(
            {method: count / minutes for method, count in calls.items()},
            {call: count / minutes for call, count in to_engine.items()},
            (cpu_seconds(pid) - cpu) / seconds,
            megabytes(pid),
        )

    def _engine_calls(self) -> Counter[str]:
        return Counter({call: int(float(count)) for call, count in ENGINE_CALLS.findall(self._get("metrics"))})

    def _get(self, path: str) -> str:
        return requests.get(f"http://127.0.0.1:{self._port}/{path}", timeout=60).text

    def close(self, count: int, seconds: float) -> list[float]:
        """Close so many tasks at random moments; the seconds until their steps were completed."""
        one_of_each = {step[1]: step for step in self._steps}
        some = random.Random(1).sample(list(one_of_each.values()), count)
        closed: dict[str, datetime] = {}
        for number, (step, _, task) in enumerate(some):
            progress(f"{number} of {count} closed")
            time.sleep(seconds / count)
            closed[step] = datetime.now().astimezone()
            self._portal.complete(task)
        self._steps = [one for one in self._steps if one[0] not in closed]

        def completed() -> dict[str, datetime] | None:
            told = {one["task"]: one["time"] for one in self.worker.events("task.completed")}
            return {id_: datetime.fromisoformat(told[id_]) for id_ in closed} if closed.keys() <= told.keys() else None

        times = wait_until(completed, "all completed", 120)
        return sorted((times[id_] - at).total_seconds() for id_, at in closed.items())

    def listen(self) -> None:
        """The portal tells of changes."""
        self._portal.application_token = TOKEN
        self._portal.outgoing_url = f"http://127.0.0.1:{self._port}/bitrix24/events"

    def seconds_of_page(self) -> float:
        return median(_seconds(lambda: self._get("")) for _ in range(5))

    def seconds_of_status(self) -> float:
        command = [sys.executable, "-m", "worker", "status"]
        run_it = partial(
            subprocess.run, command, cwd=self._folder, env=environment(self._environ), capture_output=True, check=True
        )
        return median(_seconds(run_it) for _ in range(3))

    def release(self) -> Released:
        """Stop the worker in order."""
        progress("stops")
        began = time.monotonic()
        self.worker.stop()
        seconds = time.monotonic() - began
        left = sum(int(one["count"]) for one in self.worker.events("waiting.left_locked"))
        return Released(seconds, left)

    def end(self) -> None:
        if self._worker:
            self.worker.end()


def _seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
