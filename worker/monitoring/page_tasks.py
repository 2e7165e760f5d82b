"""The list of tasks on the status page: one page of them or what a search found, each with its progress."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from bitrix.causes import Side
from worker.ledger.seen import SeenTask
from worker.ledger.task_pages import TaskPage
from worker.model import Stage
from worker.monitoring.page_model import About, Facts, Line, Listing, Wanted
from worker.words.causes import cure_left
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in
from worker.words.said_again import said_again

NOT_YET, NOW, DONE, BAD, LATE = "none", "now", "done", "bad", "late"
"""States of one step of a task."""
SHORT = 8
"""So many characters of an id are shown; a click selects all of it."""


class TaskLines:
    """Makes the lines in one language. `at`: the ledger's time."""

    def __init__(self, at: float, facts: Facts, about: About, language: Language) -> None:
        self._at = at
        self._doubtful = facts.doubtful
        self._working = facts.working
        self._incidents = facts.incidents.listed
        self._about = about
        self._language = language
        self._words = table_in(language, WORDS)

    def listing(self, page: TaskPage, wanted: Wanted) -> Listing:
        """One page, with what it is of and where the older tasks are."""
        lines = [self._line(task) for task in page.tasks]
        older = f"?{urlencode({'lang': self._language, 'before': str(page.older)})}#tasks" if page.older else ""
        return Listing(self._title(wanted, len(lines)), self._note(page, wanted), lines, older)

    def _title(self, wanted: Wanted, found: int) -> str:
        if wanted.words:
            return self._words["found"].format(words=wanted.words, count=found)
        return self._words["older_tasks" if wanted.before else "tasks"]

    def _note(self, page: TaskPage, wanted: Wanted) -> str:
        if page.cut:
            return self._words["found_more"].format(count=len(page.tasks))
        if page.tasks:
            return ""
        return self._words["found_none" if wanted.words else "no_older" if wanted.before else "no_tasks"]

    def _line(self, task: SeenTask) -> Line:
        state, way = self._state(task)
        reason, cure = self._why(task)
        number = task.portal_task_id
        return Line(
            number=number,
            url="" if number is None else self._about.task_url(number),
            state=self._said(state, task),
            reason=reason,
            cure=cure,
            way=way,
            since=span(self._at - task.since, self._language),
            moment=datetime.fromtimestamp(task.since).astimezone().isoformat(sep=" ", timespec="seconds"),
            step=task.activity_name or task.activity_id or task.process_definition_key or task.topic,
            topic=task.topic,
            process=task.process_definition_key or "",
            business_key=task.business_key or "",
            instance=task.process_instance_id or "",
            external_task=task.external_task_id,
        )

    def _said(self, state: str, task: SeenTask) -> str:
        later = self._words.get(f"{state}_later") if self._is_held_back(task) else None
        return later.format(due=_clock(task.due)) if later else self._words[state]

    def _why(self, task: SeenTask) -> tuple[str, str]:
        """Why it is in this state, and how to fix it; both empty if it is on its way."""
        if not task.served:
            return self._about.served.why_not(task.topic, task.tenant).in_(self._language), ""
        if self._is_held_back(task) and task.settlement == "failure":
            return self._words["later_reason"], ""
        side: Side = "engine" if task.error else "portal"
        again = task.stage is not Stage.CREATING
        cure = cure_left(task.cause, side, works=side in self._working, again=again)
        return said_again(task.error or task.said or "", task.cause).in_(self._language), cure.in_(self._language)

    def _state(self, task: SeenTask) -> tuple[str, tuple[str, str, str]]:
        """The key of the word for the task's state, and the state of each step: create, outcome, synchronisation."""
        if not task.served:
            return "not_served_state", (LATE if task.stage is Stage.CREATING else DONE, LATE, NOT_YET)
        if task.incident:
            created = DONE if task.stage is Stage.CREATED else BAD
            return (
                ("incident", (created, BAD, NOT_YET))
                if self._lasts(task)
                else ("no_incident", (created, LATE, NOT_YET))
            )
        match task.stage:
            case Stage.CREATING if task.external_task_id in self._doubtful or task.is_unclear(self._at):
                return "doubted", (LATE, NOT_YET, NOT_YET)
            case Stage.CREATING:
                return "creating", (NOW, NOT_YET, NOT_YET)
            case Stage.CREATED if task.error:
                return "refused", (DONE, LATE, NOT_YET)
            case Stage.CREATED:
                return "created", (DONE, NOW, NOT_YET)
            case Stage.WAITING:
                return "waiting", (DONE, NOW, NOT_YET)
            case Stage.REJECTED:
                return _without_task(task)
            case Stage.SUPERSEDED:
                return "superseded", (DONE, NOT_YET, NOT_YET)
        return _over(task)

    def _is_held_back(self, task: SeenTask) -> bool:
        """Whether its outcome was not told to the engine yet, and is not before some time: as right after a start."""
        return task.error is None and task.due is not None and task.due > self._at

    def _lasts(self, task: SeenTask) -> bool:
        """Whether the step is an incident still, as far as the engine was asked for it."""
        asked = self._incidents is not None and self._about.served.row(task.topic, task.tenant)
        return not asked or task.external_task_id in (self._incidents or ())


def _clock(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")


def _over(task: SeenTask) -> tuple[str, tuple[str, str, str]]:
    synced = {None: DONE, "parked": BAD}.get(task.sync, NOW)
    if task.gone:
        return "gone", (DONE if task.portal_task_id else NOT_YET, NOT_YET, synced)
    return {None: "settled", "parked": "sync_parked"}.get(task.sync, "sync_waiting"), (DONE, DONE, synced)


def _without_task(task: SeenTask) -> tuple[str, tuple[str, str, str]]:
    """Refused; or its create was provably not executed, as while the portal is down: then the engine heard nothing."""
    if task.settlement:
        return "failing", (BAD, NOW, NOT_YET)
    return ("not_yet", (NOW, NOT_YET, NOT_YET)) if task.retries_left is None else ("rejected", (BAD, DONE, NOT_YET))
