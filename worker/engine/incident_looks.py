"""Read-only calls to the engine's list of incidents. All are safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from worker.config.tenants import Tenants
from worker.engine import incidents
from worker.engine.answers import moment
from worker.engine.incidents import INCIDENT_TYPE, JOB_TYPE, Stuck, with_called
from worker.engine.line import CALL_SECONDS, LEAST_LEFT_SECONDS, LIST_BYTES, PAGE, PERSON_SECONDS, EngineLine
from worker.runtime import clock

MOST_JOBS = 4 * PAGE  # no query selects those of our processes
MOST_SHOWN = 10
"""Of one process instance, for a person who reads them."""
MOST_ROOTS = 3
"""Incidents in called processes that are asked for, each with a call."""
T = TypeVar("T")


class IncidentLooks:
    """Incidents, of our tenants only. Raises `EngineError`."""

    _line: EngineLine
    tenants: Tenants

    def incident_times(self, task_id: str | None = None, *, timeout: float = CALL_SECONDS) -> dict[str, float]:
        """When incidents of external tasks began, in seconds since the epoch, by task id: the newest page.

        `task_id`: ask for the incident of this task only. Incidents of topics that are not ours are among them.
        """
        more = {} if task_id is None else {"configuration": task_id}
        return self._newest(INCIDENT_TYPE, incidents.times, timeout, **more)

    def failed_jobs(self, *, timeout: float = CALL_SECONDS) -> list[Stuck]:
        """The engine's own incidents, the newest first: in all processes of our tenants, at most `MOST_JOBS`."""
        until, found = clock.boottime() + timeout, list[Stuck]()
        while len(found) % PAGE == 0 and len(found) < MOST_JOBS:
            left = max(until - clock.boottime(), LEAST_LEFT_SECONDS)
            page = self._newest(JOB_TYPE, incidents.stuck, left, firstResult=str(len(found)))
            if not page:
                break
            found += page
        return with_called(found)

    def waiting_at(self, kind: str, before: datetime, *, timeout: float = CALL_SECONDS) -> list[Stuck]:
        """What has waited at an activity of this kind since before this time: the oldest page of `PAGE`.

        Without a history, nothing.
        """
        call, query = "history/activity-instance", {"activityType": kind, "unfinished": "true"}
        query |= {"startedBefore": moment(before), "sortBy": "startTime", "sortOrder": "asc"}
        query |= {"firstResult": "0", "maxResults": str(PAGE)} | self.tenants.of_query()
        read, most = incidents.waiting_at, LIST_BYTES
        return self._line.json(call, f"/{call}", read=read, seconds=timeout, params=query, most_bytes=most)

    def _newest(self, kind: str, read: Callable[[Any], T], timeout: float, **more: str) -> T:
        query = {"incidentType": kind, "sortBy": "incidentTimestamp", "sortOrder": "desc"} | self.tenants.of_query()
        return self._incidents(read, timeout, query | {"firstResult": "0", "maxResults": str(PAGE)} | more)

    def _incidents(self, read: Callable[[Any], T], timeout: float, query: Mapping[str, str]) -> T:
        return self._line.json("incident", "/incident", read=read, seconds=timeout, params=query, most_bytes=LIST_BYTES)

    def stuck_at(self, process_instance_id: str, *, timeout: float = PERSON_SECONDS) -> list[Stuck]:
        """The engine's own incidents of a process instance, such as jobs that failed behind a step; at most a few.

        Those that come from a called process have the incident there.
        """
        query = {"processInstanceId": process_instance_id, "firstResult": "0", "maxResults": str(MOST_SHOWN)}
        found = self._incidents(incidents.stuck, timeout, query)
        roots = list(dict.fromkeys(one.root_id for one in found if one.root_id != one.id))[:MOST_ROOTS]
        causes = [self._incidents(incidents.stuck, timeout, {"incidentId": id_}) for id_ in roots]
        return with_called(found, [one for some in causes for one in some])
