"""Read-only calls to the engine about process instances: those of a key, of a caller, and one by its id."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from worker.engine import step_life
from worker.engine.errors import TaskGone
from worker.engine.line import CALL_SECONDS, PERSON_SECONDS, EngineLine

MOST_TASKS = 10
"""Shown of one process instance, for a person who reads them."""


class InstanceLooks:
    """Process instances, of all tenants. Raises `EngineError`."""

    _line: EngineLine

    def instances_of(self, business_key: str, *, timeout: float = PERSON_SECONDS) -> list[str]:
        """The ids of process instances with this business key, of all tenants, at most `MOST_TASKS`.

        Those that run; if there are none, those that the history keeps.
        """
        for call, name in (
            ("process-instance", "businessKey"),
            ("history/process-instance", "processInstanceBusinessKey"),
        ):
            query, read = {name: business_key, "firstResult": "0", "maxResults": str(MOST_TASKS)}, step_life.ids
            if found := self._line.json(call, f"/{call}", read=read, seconds=timeout, params=query):
                return found
        return []

    def kept_instances(
        self, ids: Sequence[str], *, timeout: float = PERSON_SECONDS
    ) -> dict[str, step_life.KnownInstance]:
        """Those of these process instances that the history keeps; a few ids. Without a history, none of them."""
        call, query = "history/process-instance", {"processInstanceIds": ",".join(ids)}
        return self._line.json(call, f"/{call}", read=step_life.known_instances, seconds=timeout, params=query)

    def called_by(self, process_instance_id: str, *, ended: bool = False, timeout: float = PERSON_SECONDS) -> list[str]:
        """The ids of the process instances that this one has called, at most `MOST_TASKS`; `ended`: also by history."""
        call = "history/process-instance" if ended else "process-instance"
        query = {"superProcessInstanceId" if ended else "superProcessInstance": process_instance_id}
        query |= {"firstResult": "0", "maxResults": str(MOST_TASKS)}
        return self._line.json(call, f"/{call}", read=step_life.ids, seconds=timeout, params=query)

    def caller_of(self, process_instance_id: str, *, timeout: float = CALL_SECONDS) -> tuple[str, str] | None:
        """The process instance that called this one, with the id of its definition; None: nobody called it."""
        query = {"subProcessInstance": process_instance_id, "firstResult": "0", "maxResults": "2"}
        call, read = "process-instance", step_life.caller
        return self._line.json(call, f"/{call}", read=read, seconds=timeout, params=query)

    def former_caller_of(self, process_instance_id: str) -> tuple[str, str] | None:
        """The same for one that has ended, by the history; None also without a history."""
        query = {"subProcessInstanceId": process_instance_id, "firstResult": "0", "maxResults": "2"}
        call, read = "history/process-instance", step_life.former_caller
        return self._line.json(call, f"/{call}", read=read, seconds=PERSON_SECONDS, params=query)

    def instance_now(self, process_instance_id: str) -> step_life.KnownInstance | None:
        """A process instance that runs; None: the engine shows none of this id."""
        path = f"/process-instance/{quote(process_instance_id, safe='')}"
        try:
            return self._line.json("process-instance", path, read=step_life.instance_now, seconds=PERSON_SECONDS)
        except TaskGone:
            return None
