"""The engine's external task API over one pooled session: records instead of dicts, a few families of errors.

It subclasses the vendor's client for its addresses, headers and topic format. The vendor's verbs open a connection for
each call and reduce every status to text, so this class replaces them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bitrix import reading
from worker.engine import answers
from worker.engine.answers import Existing, OddTask
from worker.engine.asked_variables import AskedVariables
from worker.engine.errors import EngineError, PayloadRefused, TaskGone, answer_lost
from worker.engine.line import CALL_SECONDS, FETCH, FETCH_BYTES, LIST_BYTES, PAGE, WHOLE_BYTES, EngineLine, Heard
from worker.engine.looks import Looks
from worker.engine.vendor import ExternalTaskClient
from worker.model import BpmnError, Complete, Failure, FetchedTask, Settlement
from worker.runtime import clock
from worker.words.phrase import unchanged
from worker.words.printable import both_ends, lines

if TYPE_CHECKING:
    from worker.config.settings import CamundaSettings

POLL_SLACK_SECONDS = 4.0
"""How much longer than its long poll a fetch may take: at the end the engine looks for tasks once more."""
NO_VARIABLES = ("loopCounter",)
"""One harmless variable: some engines take an empty list to mean all variables."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of fetchAndLock; `sent_at`: the boot time from which the locks count.

    `odd`: tasks locked for us that must not be worked on, because a part of them could not be read.
    """

    tasks: tuple[FetchedTask, ...]
    sent_at: float
    odd: tuple[OddTask, ...] = ()


class Engine(Looks, ExternalTaskClient):  # type: ignore[misc]  # the vendor's client has no type information
    """Camunda 7 (Operaton, CIB seven) external tasks for one worker id.

    `lock_seconds`: how long a lock certainly lasts, by topic. `asked`: the variables to fetch; None: all. Every method
    raises a family of `EngineError`.
    `comes_by` is called with the name of each call, in the thread that begins it; `on_end` with how the call ended.
    """

    def __init__(
        self,
        settings: CamundaSettings,
        worker_id: str,
        lock_seconds: Mapping[str, float],
        *,
        connections: int,
        asked: AskedVariables | None = None,
        comes_by: Callable[[str], object] = bool,
        on_end: Heard = lambda call, error: None,  # noqa: ARG005 - named for its callers
    ) -> None:
        config = {
            "deserializeValues": False,  # true loses Json data, and one bad variable would fail every fetch
            "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}],
            "asyncResponseTimeout": int(settings.long_poll_seconds * 1000),
        }
        super().__init__(worker_id, settings.base_url, config)
        self.base_url = settings.base_url
        self.tenants = settings.tenants
        self._lock_seconds = dict(lock_seconds)
        self._asked = asked or AskedVariables()
        self._clock_skew = settings.clock_skew_seconds
        self._line = EngineLine(
            settings, self._get_headers(), connections=connections, comes_by=comes_by, on_end=on_end
        )
        self._poll_seconds = settings.long_poll_seconds + POLL_SLACK_SECONDS

    def close(self) -> None:
        """Close the pooled connections."""
        self._line.close()

    # --- the library's verbs, over the pooled session ---

    def fetch_and_lock(
        self,
        topic_names: Sequence[str],
        process_variables: Mapping[str, Any] | None = None,
        variables: Sequence[str] | None = None,
    ) -> list[dict[str, Any]]:
        """One long poll for all topics, with the vendor's signature; returns raw dicts."""
        body = {
            "workerId": self.worker_id,
            "maxTasks": self.config["maxTasks"],
            "usePriority": self.config["usePriority"],
            "sorting": self.config["sorting"],
            "asyncResponseTimeout": self.config["asyncResponseTimeout"],
            "topics": self._get_topics(list(topic_names), process_variables, variables),
        }
        return self._line.json(
            FETCH,
            "/external-task/fetchAndLock",
            body=body,
            seconds=self._poll_seconds,
            most_bytes=WHOLE_BYTES if self._asked.is_whole else FETCH_BYTES,
            read=self._fetched,
        )

    def _fetched(self, answer: Any) -> list[dict[str, Any]]:
        return self._asked.answered(answers.of_tenants(FETCH, answers.tasks_in(FETCH, answer), self.tenants))

    def _get_topics(self, topic_names: Any, process_variables: Any, variables: Any) -> list[dict[str, Any]]:
        topics: list[dict[str, Any]] = super()._get_topics(topic_names, process_variables, variables)
        for topic in topics:
            name = topic["topicName"]
            topic["lockDuration"] = self._duration(self._lock_seconds[name])
            topic["variables"] = self._asked.of(name)
            topic.update(self.tenants.of_topic())
        return topics

    def complete(
        self, task_id: str, global_variables: Mapping[str, Any], local_variables: Mapping[str, Any] | None = None
    ) -> bool:
        """Complete a task; the variables are typed already (`worker.engine.variables.encode`)."""
        body = {"workerId": self.worker_id, "variables": global_variables, "localVariables": local_variables or {}}
        self._task_call("complete", task_id, body)
        return True

    def failure(self, task_id: str, error_message: str, error_details: str, retries: int, retry_timeout: int) -> bool:
        """Report a failure; `retry_timeout` in milliseconds, as the engine expects it."""
        body = {
            "workerId": self.worker_id,
            "errorMessage": both_ends(lines(error_message), 660),  # the engine's column holds 666
            "errorDetails": lines(error_details),
            "retries": retries,
            "retryTimeout": retry_timeout,
        }
        self._task_call("failure", task_id, body)
        return True

    def bpmn_failure(
        self, task_id: str, error_code: str, error_message: str, variables: Mapping[str, Any] | None = None
    ) -> bool:
        """Throw a BPMN error that the model catches by its code."""
        body = {
            "workerId": self.worker_id,
            "errorCode": error_code,
            "errorMessage": lines(error_message),
            "variables": variables or {},
        }
        self._task_call("bpmnError", task_id, body)
        return True

    # --- our own calls ---

    def fetch(self, topics: Sequence[str], max_tasks: int) -> Fetched:
        """Fetch and lock up to `max_tasks`; the engine holds the request while there are none.

        If this fails and variables that nobody needs may be the cause, no task is to blame: fetch again without them.
        If the tasks are locked by then, this is only an answer that was lost.
        """
        self.config["maxTasks"] = self._asked.begin(max_tasks)
        sent_at = clock.boottime()
        try:
            rows = self.fetch_and_lock(topics)
        except EngineError as error:
            if not self._asked.failed(error):
                raise
            if lost := answer_lost(error):
                raise lost from error
            return self.fetch(topics, max_tasks)
        tasks, odd = answers.told_apart(rows, topics, self.worker_id)
        return Fetched(tasks, sent_at, odd)

    def fetch_bare(self, topics: Sequence[str], why: str) -> Fetched:
        """Lock one task without its variables and properties, if the engine cannot hand it out with them.

        The task is returned as odd with the reason `why`: nobody may work on it.
        """
        config = self.config | {"includeExtensionProperties": False}
        asked = AskedVariables(dict.fromkeys(topics, NO_VARIABLES))
        fetched = self._twin(_asked=asked, config=config).fetch(topics, 1)
        odd = tuple(OddTask(unchanged(why), task) for task in fetched.tasks)
        return Fetched((), fetched.sent_at, (*odd, *fetched.odd))

    def deliver(self, task_id: str, worker_id: str, settlement: Settlement) -> None:
        """Deliver an outcome under the worker id that held the lock, which is all the engine compares."""
        sender = self if worker_id == self.worker_id else self._twin(worker_id=worker_id)
        match settlement:
            case Complete(values):
                sender.complete(task_id, values)
            case Failure(message, details, retries, retry_timeout):
                sender.failure(task_id, message, details, retries, int(retry_timeout * 1000))
            case BpmnError(code, message, values):
                sender.bpmn_failure(task_id, code, message, values)

    def extend_lock(self, task_id: str, seconds: float, *, timeout: float = CALL_SECONDS) -> float:
        """Make the lock last `seconds` from now by any node's clock; returns the boot time when it expires.

        A smaller duration shortens the lock. Raises `LockLost` or `TaskGone` if the engine refuses. Safe to repeat.
        """
        sent_at = clock.boottime()
        body = {"workerId": self.worker_id, "newDuration": self._duration(seconds)}
        self._task_call("extendLock", task_id, body, seconds=timeout)
        return sent_at + seconds

    def _duration(self, seconds: float) -> int:
        """The milliseconds to ask for: a node whose clock is ahead considers a lock expired that much earlier."""
        return int((seconds + self._clock_skew) * 1000)

    def give_back(self, task_id: str, *, timeout: float = CALL_SECONDS, worker_id: str | None = None) -> None:
        """Release the task for any worker at once. Never by `unlock`, which frees a task whoever holds it.

        `worker_id`: who holds the lock; None: this worker. Raises `LockLost` or `TaskGone` if the engine refuses.
        """
        body = {"workerId": worker_id or self.worker_id, "newDuration": 1}
        self._task_call("extendLock", task_id, body, seconds=timeout)

    def locked_by_me(self, *, before: datetime | None = None) -> Iterator[FetchedTask]:
        """Every task whose lock this worker id holds now; `before`: only those whose lock ends until then."""
        return self.locked_by(self.worker_id, before=before)

    def count_locked_by_me(self) -> int:
        """How many tasks this worker id has locked now."""
        return self._count(CALL_SECONDS, workerId=self.worker_id, locked="true")

    def held_by_me(self, task_ids: Sequence[str]) -> dict[str, float]:
        """Those of these tasks that this worker id was the last to lock, with the lock's end by the engine's clock.

        In seconds since the epoch. A list of all costs much more: for each page the engine begins anew.
        """
        found: dict[str, float] = {}
        for some in _portions(task_ids):
            read = partial(_held_among, self.worker_id, frozenset(some))
            found |= self._line.json(
                "external-task", "/external-task", body=_ids_in(some), most_bytes=LIST_BYTES, read=read
            )
        return found

    def locked_by(self, worker_id: str, *, before: datetime | None = None) -> Iterator[FetchedTask]:
        """Every task whose lock this worker holds now, without variables and properties, which only a fetch returns.

        An odd task comes with what could be read; only one without a readable id and topic is left out. A page at a
        time: a hundred thousand steps may wait.
        """
        until = {"lockExpirationBefore": answers.moment(before)} if before else {}
        read = map(answers.external_task, self._pages({"workerId": worker_id, "locked": "true"} | until))
        named = (one.task if isinstance(one, OddTask) else one for one in read)
        return (task for task in named if task is not None)

    def lock_holders(self) -> list[str]:
        """The ids of the workers that hold locks on our tenants' tasks now, whatever the topic."""
        return answers.lock_holders(self._pages({"locked": "true"}))

    def existing(self, task_ids: Sequence[str], *, timeout: float = CALL_SECONDS) -> dict[str, Existing]:
        """Those of these tasks that exist, by id, whatever their tenant. `timeout`: of each call."""
        found: dict[str, Existing] = {}
        for some in _portions(task_ids):
            read, about = partial(_existing_among, frozenset(some)), _ids_in(some)
            call, path = "external-task", "/external-task"
            found |= self._line.json(call, path, body=about, most_bytes=LIST_BYTES, read=read, seconds=timeout)
        return found

    def takes_json(self) -> bool:
        """Whether the REST API knows the type `Json`. Changes nothing: it completes a task that does not exist.

        The engine reads the variables before it looks for the task: engine-rest 7.24,
        `ExternalTaskResourceImpl.complete`.
        """
        try:
            self.complete("no-such-task", {"probe": {"type": "Json", "value": "{}"}})
        except TaskGone:
            return True
        except PayloadRefused:
            return False
        return True

    def _twin(self, **changes: Any) -> Engine:
        """The same client over the same connections, except for these attributes."""
        twin = object.__new__(Engine)
        twin.__dict__.update(self.__dict__ | changes)
        return twin

    def _task_call(self, verb: str, task_id: str, body: Mapping[str, Any], *, seconds: float = CALL_SECONDS) -> None:
        self._line.send(verb, f"/external-task/{task_id}/{verb}", body=body, seconds=seconds)


def _portions(task_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (task_ids[first : first + PAGE] for first in range(0, len(task_ids), PAGE))


def _existing_among(task_ids: frozenset[str], answer: Any) -> dict[str, Existing]:
    return answers.existing(answers.tasks_in("external-task", answer), task_ids)


def _held_among(worker_id: str, task_ids: frozenset[str], answer: Any) -> dict[str, float]:
    rows = {str(row.get("id")): row for row in answers.tasks_in("external-task", answer)}
    if not rows.keys() <= task_ids:  # the filter was ignored
        raise answers.something_else("external-task", doubtful=False)
    ours = {id_: row.get("lockExpirationTime") for id_, row in rows.items() if row.get("workerId") == worker_id}
    return {id_: until.timestamp() for id_, told in ours.items() if (until := reading.instant(told))}


def _ids_in(task_ids: Sequence[str]) -> dict[str, Any]:
    return {"externalTaskIdIn": list(task_ids)}


__all__ = ["Engine", "EngineError", "Fetched"]
