"""Instances and external tasks of the built-in engine, with the real one's rules of locks, retries and incidents."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.engine.gateways import way_out
from sandbox.engine.model import Model, Node
from sandbox.engine.records import Definition, Instance, Job, Task, incident
from sandbox.engine.values import Refused, input_parameter, stored

MESSAGE_LENGTH = 666
VERSION = "7.24.0"
DEFINITION_ID_LENGTH = 64


class State:
    """The engine's state. Thread-safe; `changed` is notified when a task may have become free.

    `version`: what it says of itself.
    """

    def __init__(self) -> None:
        self.version = VERSION
        self.changed = threading.Condition(threading.RLock())
        self._definitions: dict[tuple[str, str | None], Definition] = {}  # by key and tenant
        self._instances: dict[str, Instance] = {}
        self._history: dict[str, Definition] = {}  # by instance
        self._tasks: dict[str, Task] = {}
        self._jobs: dict[str, Job] = {}
        self._incidents: dict[str, dict[str, Any]] = {}

    # --- processes ---

    def deploy(self, models: Iterable[Model], tenant_id: str | None = None) -> str:
        """Make the models startable by their keys, for one tenant or for none; returns the deployment's id."""
        with self.changed:
            deployment = str(uuid.uuid4())
            for model in models:
                before = self._definitions.get((model.key, tenant_id))
                version = before.version + 1 if before else 1
                id_ = f"{model.key}:{version}:{uuid.uuid4()}"
                if len(id_) > DEFINITION_ID_LENGTH:
                    id_ = str(uuid.uuid4())  # as on a real engine: not every id contains the key
                self._definitions[model.key, tenant_id] = Definition(id_, version, deployment, model, tenant_id)
            return deployment

    def definition(self, id_: str) -> Definition:
        """A definition that is the newest of its key, or still has a running instance."""
        with self.changed:
            running = (instance.definition for instance in self._instances.values())
            for definition in (*self._definitions.values(), *running):
                if definition.id == id_:
                    return definition
        raise Refused(404, "InvalidRequestException", f"No matching definition with id {id_}", None)

    def definition_of_key(self, key: str, tenant_id: str | None) -> Definition:
        """The newest definition of a process key, for one tenant or for none."""
        with self.changed:
            if (key, tenant_id) not in self._definitions:
                whose = f"tenant-id: {tenant_id}" if tenant_id else "no tenant-id"
                raise Refused(404, "RestException", f"No matching process definition with key: {key} and {whose}")
            return self._definitions[key, tenant_id]

    def started_from(self, instance_id: str) -> Definition:
        """The definition of an instance, ended or not, as the engine's history has it."""
        with self.changed:
            if instance_id not in self._history:
                words = f"Historic process instance with id {instance_id} does not exist"
                raise Refused(404, "InvalidRequestException", words)
            return self._history[instance_id]

    def newest_definitions(self) -> list[Definition]:
        with self.changed:
            return list(self._definitions.values())

    def undeploy(self, deployment: str) -> None:
        """Remove a deployment with its instances."""
        with self.changed:
            for key in [key for key, one in self._definitions.items() if one.deployment == deployment]:
                del self._definitions[key]
            for instance in [one for one in self._instances.values() if one.definition.deployment == deployment]:
                self._remove(instance)
            for id_ in [id_ for id_, one in self._history.items() if one.deployment == deployment]:
                del self._history[id_]

    def start(
        self, key: str, variables: Mapping[str, Any] | None, business_key: str | None, tenant_id: str | None = None
    ) -> Instance:
        with self.changed:
            definition = self.definition_of_key(key, tenant_id)
            instance = Instance(str(uuid.uuid4()), definition, business_key, stored(variables))
            self._instances[instance.id] = instance
            self._history[instance.id] = definition
            self._arrive(instance, definition.model.start)
            self._end_if_idle(instance)
            return instance

    def instance(self, id_: str) -> Instance:
        if id_ not in self._instances:
            raise Refused(404, "InvalidRequestException", f"Process instance with id {id_} does not exist")
        return self._instances[id_]

    def instances_of(self, business_key: str) -> list[Instance]:
        with self.changed:
            return [one for one in self._instances.values() if one.business_key == business_key]

    def delete(self, id_: str) -> None:
        with self.changed:
            self._remove(self.instance(id_))

    def change(self, id_: str, variables: Mapping[str, Any]) -> None:
        with self.changed:
            self.instance(id_).variables |= stored(variables)

    def set_local(self, execution_id: str, variables: Mapping[str, Any]) -> None:
        """As a listener, a script or a call does: only the step itself sees them, and they end with it."""
        with self.changed:
            task = self.task(execution_id)
            task.local = {**task.local, **stored(variables)}

    def drop_local(self, execution_id: str, name: str) -> None:
        with self.changed:
            task = self.task(execution_id)
            task.local = {known: value for known, value in task.local.items() if known != name}

    def suspend(self, id_: str, *, suspended: bool) -> None:
        with self.changed:
            self.instance(id_).suspended = suspended
            self.changed.notify_all()

    def incidents(self) -> list[dict[str, Any]]:
        with self.changed:
            return list(self._incidents.values())

    def _arrive(self, instance: Instance, node: Node) -> None:
        if node.kind == "parallelGateway":
            instance.joined[node.id] = instance.joined.get(node.id, 0) + 1
            if instance.joined[node.id] < node.arrivals:
                return
            instance.joined[node.id] = 0
        if node.topic:
            local = {name: input_parameter(value) for name, value in node.inputs.items()}
            task = Task(str(uuid.uuid4()), node, instance, time.time(), local)
            self._tasks[task.id] = task
            self.changed.notify_all()
            return
        if node.kind == "exclusiveGateway":
            self._run(Job(str(uuid.uuid4()), instance, node))
            return
        self._leave(instance, node)

    def _run(self, job: Job) -> None:
        """Run a job; one that fails is an incident at once, and its instance stays where it is."""
        self._incidents.pop(job.id, None)
        self._jobs[job.id] = job
        try:
            target = way_out(job.node, job.instance.variables)
        except Refused as refused:
            self._incidents[job.id] = incident("failedJob", job.id, str(refused), job.instance, job.node)
            return
        del self._jobs[job.id]
        self._arrive(job.instance, job.instance.definition.model.nodes[target])

    def retry_job(self, id_: str) -> None:
        """Run a failed job again, as an operator who raises its retries makes the engine do."""
        with self.changed:
            if id_ not in self._jobs:
                raise Refused(404, "InvalidRequestException", f"No job found with id '{id_}'")
            job = self._jobs[id_]
            self._run(job)
            self._end_if_idle(job.instance)

    def _leave(self, instance: Instance, node: Node) -> None:
        for target in node.next:
            self._arrive(instance, instance.definition.model.nodes[target])

    def _end_if_idle(self, instance: Instance) -> None:
        at_tasks = (task.instance is instance for task in self._tasks.values())
        if not any(at_tasks) and not any(job.instance is instance for job in self._jobs.values()):
            self._instances.pop(instance.id, None)

    def _remove(self, instance: Instance) -> None:
        self._instances.pop(instance.id, None)
        for task in [task for task in self._tasks.values() if task.instance is instance]:
            self._drop(task)
        for job in [job for job in self._jobs.values() if job.instance is instance]:
            del self._jobs[job.id]
            self._incidents.pop(job.id, None)

    def _drop(self, task: Task) -> None:
        self._tasks.pop(task.id, None)
        self._incidents.pop(task.id, None)

    # --- external tasks ---

    def fetch(
        self,
        worker_id: str,
        limit: int,
        topics: Mapping[str, float],
        wait_seconds: float,
        ours: Callable[[Task], bool],
    ) -> list[Task]:
        """Lock up to `limit` tasks, the oldest first; waits up to `wait_seconds` while there are none."""
        deadline = time.monotonic() + wait_seconds
        with self.changed:
            while True:
                of_topics = (task for task in self._tasks.values() if task.node.topic in topics)
                free = [task for task in of_topics if task.can_be_fetched and ours(task)]
                for task in free[:limit]:
                    task.worker_id = worker_id
                    task.lock_until = time.time() + topics[str(task.node.topic)]
                left = deadline - time.monotonic()
                if free or left <= 0:
                    return free[:limit]
                self.changed.wait(min(left, 0.2))  # an expiring lock notifies nobody

    def task(self, id_: str) -> Task:
        if id_ not in self._tasks:
            raise Refused(404, "RestException", f"External task with id {id_} does not exist")
        return self._tasks[id_]

    def find(self, wanted: Callable[[Task], bool]) -> list[Task]:
        with self.changed:
            return [task for task in self._tasks.values() if wanted(task)]

    def complete(self, id_: str, worker_id: str, variables: Mapping[str, Any], local: Mapping[str, Any]) -> None:
        """Complete the task and continue. An expired lock will do if nobody else has locked it."""
        with self.changed:
            task = self._held(id_, worker_id, "completed")
            given = stored(variables)
            stored(local)
            self._drop(task)
            outer = {name: value for name, value in given.items() if name not in task.local}
            task.instance.variables |= outer  # a result named like an input parameter ends with the task
            self._leave(task.instance, task.node)
            self._end_if_idle(task.instance)

    def fail(
        self, id_: str, worker_id: str, *, message: str | None, details: str, retries: int, seconds: float
    ) -> None:
        """Report a failure; the task stays locked for `seconds`, under the same worker id."""
        with self.changed:
            task = self._held(id_, worker_id, "failed")
            if retries < 0:
                raise Refused(500, "ProcessEngineException", "retries must be greater than or equal to 0")
            task.error_message = message[:MESSAGE_LENGTH] if message else message
            task.error_details = details
            task.lock_until = time.time() + seconds
            self._set_retries(task, retries)

    def bpmn_error(self, id_: str, worker_id: str, code: str | None, variables: Mapping[str, Any]) -> None:
        """End the path silently: nothing catches errors here, and a real engine does the same by default."""
        with self.changed:
            task = self._held(id_, worker_id, "bpmn error")
            if not code:
                raise Refused(500, "NullValueException", "Error code must not be null")
            task.instance.variables |= stored(variables)
            self._drop(task)
            self._end_if_idle(task.instance)

    def extend(self, id_: str, worker_id: str, seconds: float) -> None:
        with self.changed:
            task = self._held(id_, worker_id, "extended")
            if not task.locked:
                words = f"Cannot extend a lock that expired. External task {id_}"
                raise Refused(400, "RestException", words)
            task.lock_until = time.time() + seconds

    def unlock(self, id_: str) -> None:
        """Unlock the task, whoever holds the lock."""
        with self.changed:
            task = self.task(id_)
            task.worker_id = task.lock_until = None
            self.changed.notify_all()

    def set_retries(self, id_: str, retries: int) -> None:
        with self.changed:
            self._set_retries(self.task(id_), retries)
            self.changed.notify_all()

    def _set_retries(self, task: Task, retries: int) -> None:
        if retries == 0 and task.retries != 0:
            message = task.error_message
            self._incidents[task.id] = incident("failedExternalTask", task.id, message, task.instance, task.node)
        elif retries:
            self._incidents.pop(task.id, None)
        task.retries = retries

    def _held(self, id_: str, worker_id: str, deed: str) -> Task:
        task = self.task(id_)
        if task.worker_id != worker_id:
            holder = task.worker_id or "null"
            words = f"External Task {id_} cannot be {deed} by worker '{worker_id}'. It is locked by worker '{holder}'."
            raise Refused(400, "RestException", words)
        if task.instance.suspended:
            words = f"ENGINE-03043 ProcessInstance '{task.instance.id}' is suspended."
            raise Refused(400, "RestException", words)
        return task
