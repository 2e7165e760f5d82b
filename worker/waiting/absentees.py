"""Knows the open tasks whose responsible person was dismissed: nobody closes them, so their steps wait for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bitrix.task_states import CLOSED, TaskState
from bitrix.users import Standing
from worker.engine.incidents import Stuck
from worker.ledger import Ledger
from worker.runtime.telemetry import Telemetry
from worker.tasks.met_step import MetSteps

KIND = "dismissed"


class People(Protocol):
    """Asks the portal about people, many in one call, and caches the answers for minutes. Never raises."""

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]: ...


class Absentees:
    """For one thread, but for `all`. Raises no incident: somebody may hand the task over, and the step continues."""

    def __init__(self, people: People, ledger: Ledger, telemetry: Telemetry) -> None:
        self._people = people
        self._met = MetSteps(ledger, KIND)
        self._telemetry = telemetry
        self._told: Mapping[tuple[str, int], Stuck] = {}

    def all(self) -> Sequence[Stuck]:
        """Their steps, the newest first. `reason`: the number of the person."""
        return list(self._told.values())[::-1]

    def look(self, tasks: Mapping[str, TaskState], waiting: Collection[str]) -> None:
        """Log each task of a dismissed person, once until that person changes, and that change.

        `tasks`: some of the tasks, by external task id. `waiting`: the ids of all.
        """
        waits_for = {
            (external_task_id, state.responsible): state.id
            for external_task_id, state in tasks.items()
            if state.responsible is not None and state.status not in CLOSED
        }
        people = sorted({person for _, person in waits_for})
        standings = self._people.standings(people) if people else {}
        absent = {one for one in waits_for if standings.get(one[1]) is Standing.DISMISSED}
        before = self._told.keys()
        unknown = {one for one in before if standings.get(one[1]) is Standing.NOT_ASKED}
        for task, person in sorted(one for one in before - absent - unknown if one[0] in tasks):
            self._telemetry.emit("waiting.responsible_changed", task=task, portal_task=tasks[task].id, person=person)
        new = sorted(absent - before)
        for task, person in new:
            self._telemetry.emit(
                "waiting.responsible_dismissed", task=task, portal_task=waits_for[task, person], person=person
            )
        others = {one for one in before if one[0] in waiting and one[0] not in tasks}
        lasting = absent | (unknown & waits_for.keys()) | others
        known = {one: step for one, step in self._told.items() if one in lasting}
        may_be = {one for one in waits_for if standings.get(one[1]) is Standing.NOT_ASKED} | lasting
        self._met.keep({id_ for id_, _ in may_be}, tasks)
        self._told = known | {(id_, who): self._met.met(id_, waits_for[id_, who], str(who)) for id_, who in new}
